import { createHash } from 'node:crypto'
import {
  type Clock,
  type EmbeddingModel,
  type JsonValue,
  type KeyValue,
  type Message,
  messageText,
  noopSpan,
  type Principal,
  RtError,
  systemClock,
  type Tool,
  type ToolSelector,
  type VectorCollection,
  withSpan,
} from '@rt/core'
import { createFindTool, FIND_TOOL, foundBefore } from './find-tool.ts'
import { createToolIndex } from './tool-index.ts'

export interface ToolSelectorOptions {
  /** Where descriptions are kept and searched. Of its own: records of others in it are never found. */
  collection: VectorCollection
  /** That of the collection. Default none: tools are found by words alone. */
  embedder?: EmbeddingModel | undefined
  /** Up to so many tools all are shown. Default 20. */
  above?: number | undefined
  /** Tools that a question adds. Default 8. */
  k?: number | undefined
  /** Names of tools that are shown in any case. */
  always?: readonly string[] | undefined
  /** Remembers what a thread has been shown. Default: a run at a time is remembered. */
  seen?: KeyValue | undefined
  /** Default: the system's. */
  clock?: Clock | undefined
}

const DEFAULT_ABOVE = 20
const DEFAULT_K = 8
/** What the model looks for itself it describes well. */
const FOUND = 5
/** A question shorter than this is about the one before. */
const SHORT = 40
const MAX_QUERY = 2000
/** No prompt cache lives longer; a thread that goes on later starts its list anew. */
const SEEN_MS = 30 * 24 * 60 * 60 * 1000

/**
 * Shows the model few of many tools: those that fit what the user last wrote, the ones of `always`, and `find_tool`, which
 * looks for more. Within a thread tools are only ever added, at the end, so that the cached prefix of the prompt stays.
 *
 * @throws RtError `invalid_request` for numbers out of range.
 */
export const createToolSelector = ({
  collection,
  embedder,
  above = DEFAULT_ABOVE,
  k = DEFAULT_K,
  always = [],
  seen,
  clock = systemClock,
}: ToolSelectorOptions): ToolSelector => {
  checkNumber('above', above, 0)
  checkNumber('k', k, 1)
  const index = createToolIndex({ collection, embedder, clock })

  return {
    async select({ tools, messages, principal, thread, shown = [] }, options = {}) {
      if (tools.length <= above) return [...tools]
      return withSpan(options.span ?? noopSpan, 'tools.select', { 'rt.tools.all': tools.length }, async (span) => {
        const call = { ...options, span }
        const key = thread === undefined || !seen ? undefined : keyOf(principal, thread)
        const before = shown.length > 0 ? shown.map(({ name }) => name) : await recall(seen, key)
        const text = questionOf(messages)
        // What the model looks for itself may come of anything it has read.
        const label = messages.find((message) => message.label)?.label
        const search = async (wanted: string, most: number, more = call): Promise<Tool[]> =>
          index.search({ text: wanted.slice(0, MAX_QUERY), tools, k: most, principal, label }, more)
        // Within a run the question stays the same.
        const fitting = shown.length > 0 || !text ? [] : await search(text, k)
        const found = foundBefore(messages)
        const names = new Set([...before, ...always, ...fitting.map(({ name }) => name), ...found])
        const byName = new Map(tools.map((tool) => [tool.name, tool]))
        const chosen = [...names].flatMap((name) => byName.get(name) ?? [])
        if (key !== undefined && chosen.some(({ name }) => !before.includes(name)))
          await seen!.set(key, [...names], SEEN_MS, options)
        // A tool of the program may have its name.
        const finder = byName.has(FIND_TOOL)
          ? []
          : [createFindTool((query, { signal }) => search(query, FOUND, { signal, span: noopSpan }))]
        const all = [...finder, ...chosen]
        span.set({ 'rt.tools.shown': all.length })
        return all
      })
    },
  }
}

/** What the user last wrote; a short line goes with the one before it. */
const questionOf = (messages: readonly Message[]): string => {
  const asked = messages.filter(({ role }) => role === 'user')
  const text = asked.length > 0 ? messageText(asked.at(-1)!).trim() : ''
  const earlier = text.length < SHORT ? asked.at(-2) : undefined
  return earlier ? `${messageText(earlier).slice(-MAX_QUERY / 2)}\n${text}`.trim() : text
}

/** Neither the thread's name nor its owner's is kept beside it. */
const keyOf = (principal: Principal, thread: string): string =>
  `tools:${createHash('sha256')
    .update(JSON.stringify([principal, thread]))
    .digest('hex')}`

const recall = async (seen: KeyValue | undefined, key: string | undefined): Promise<string[]> => {
  const names: JsonValue | undefined = key === undefined ? undefined : await seen?.get(key)
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : []
}

const checkNumber = (name: string, value: number, least: number): void => {
  if (Number.isSafeInteger(value) && value >= least) return
  throw new RtError({
    code: 'invalid_request',
    message: `${name} is ${value}.`,
    hint: `Give a whole number, ${least} or more.`,
  })
}
