import type { Block, WireMessage } from './wire.ts'

const MOST = 4
const MARKER = { type: 'ephemeral' }

/**
 * Marks where the stable prefix of a prompt ends, in the order the cache reads it: tools, system, history before the last
 * question, and, while tools run, their last result. The question itself is not marked: what is retrieved for it differs
 * in the next turn, and a write costs more than a read saves. Markers the caller placed count first; the API takes four.
 */
export const markCache = (tools: Block[], system: Block[], messages: WireMessage[]): void => {
  const all = [...tools, ...system, ...messages.flatMap(({ content }) => content)]
  let left = MOST - all.filter((block) => block['cache_control']).length
  const question = messages.findLastIndex(
    ({ role, content }) => role === 'user' && content.some(({ type }) => type !== 'tool_result'),
  )
  const history = messages.slice(0, Math.max(0, question)).flatMap(({ content }) => content)
  const running = question < messages.length - 1 ? (messages.at(-1)?.content ?? []) : []
  for (const blocks of [tools, system, history, running]) {
    const last = blocks.findLast(canBeMarked)
    if (!last || last['cache_control'] || left <= 0) continue
    last['cache_control'] = MARKER
    left--
  }
}

const canBeMarked = ({ type }: Block): boolean =>
  type !== 'thinking' && type !== 'redacted_thinking' && !type.endsWith('_tool_result') && type !== 'server_tool_use'
