import type { ContextReport, Message, RetrievedChunk, TrimmedItem } from '@rt/core'
import type { Layout, Selection } from './layout.ts'

/**
 * Says where the tokens went. The parts are differences of whole prompts, so they sum to `used` whatever a template
 * adds around each message; what belongs to no part (the template's own words) counts as history. At most three more counts.
 */
export const createReport = async (layout: Layout, selection: Selection, limit: number): Promise<ContextReport> => {
  const plain = { ...selection, chunks: 0 }
  const [used, noPassages, noTools, bare] = await Promise.all([
    layout.count(selection),
    layout.count(plain),
    layout.count(plain, { tools: true }),
    layout.count(plain, { tools: true, system: true }),
  ])
  const retrieval = Math.max(0, used - noPassages)
  const tools = Math.max(0, noPassages - noTools)
  const system = Math.max(0, noTools - bare)
  const by = { system, tools, memory: 0, retrieval, history: used - retrieval - tools - system }
  return { limit, used, by, trimmed: await listTrimmed(layout, selection) }
}

/** Old messages first, then passages. Their tokens sum to exactly what was saved; within each kind they are shared by length. */
const listTrimmed = async (
  { before, chunks, placeable, count }: Layout,
  { chunks: kept, from }: Selection,
): Promise<TrimmedItem[]> => {
  const messages = before(from)
  const passages = chunks.slice(kept)
  if (messages.length + passages.length === 0) return []
  const [all, fewer, end] = await Promise.all([
    count({ chunks: placeable, from: 0 }),
    count({ chunks: kept, from: 0 }),
    count({ chunks: kept, from }),
  ])
  return [
    ...share('message', messages, fewer - end, (message: Message) => JSON.stringify(message.parts).length),
    ...share('chunk', passages, all - fewer, ({ text }: RetrievedChunk) => text.length),
  ]
}

const share = <T extends { id: string }>(
  kind: TrimmedItem['kind'],
  items: T[],
  saved: number,
  size: (item: T) => number,
): TrimmedItem[] => {
  const total = items.reduce((sum, item) => sum + size(item), 0) || 1
  let seen = 0
  let given = 0
  return items.map((item) => {
    seen += size(item)
    const tokens = Math.round((Math.max(0, saved) * seen) / total) - given
    given += tokens
    return { kind, id: item.id, tokens }
  })
}
