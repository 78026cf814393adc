import {
  abortable,
  type CallOptions,
  type Clock,
  type EmbeddingModel,
  type Principal,
  type PrivacyLabel,
  throwIfAborted,
  type Tool,
  type VectorCollection,
  type VectorRecord,
} from '@rt/core'
import { describeTool } from './describe-tool.ts'

/** Descriptions nobody uses any longer go by themselves; those in use are written again once in that time. */
const KEPT_MS = 90 * 24 * 60 * 60 * 1000
/** What this process knows to be there is looked up again after this: long before anything expires. */
const TRUSTED_MS = 24 * 60 * 60 * 1000
/** How long an embedder that failed is not asked again. */
const PAUSE_MS = 60_000

export interface ToolIndexOptions {
  collection: VectorCollection
  embedder: EmbeddingModel | undefined
  clock: Clock
}

export interface ToolQuery {
  text: string
  /** Those that may be found. */
  tools: readonly Tool[]
  k: number
  principal: Principal
  /** Of the text: `local-only` keeps it from an embedder elsewhere. */
  label?: PrivacyLabel | undefined
}

export interface ToolIndex {
  /** Best first. */
  search(query: ToolQuery, options?: CallOptions): Promise<Tool[]>
}

/**
 * Tools in a collection of vectors, by words and by meaning. A record is named by its content: a tool is embedded once, and
 * again when its description changed. An embedder that fails leaves the words.
 */
export const createToolIndex = ({ collection, embedder, clock }: ToolIndexOptions): ToolIndex => {
  /** Ids that are there, and whether with a vector. */
  const known = new Map<string, boolean>()
  let trustedUntil = 0
  let pausedUntil = 0
  let writing: Promise<void> = Promise.resolve()

  const embed: Embed = async (texts, kind, options) => {
    if (!embedder || clock.monotonic() < pausedUntil) return undefined
    try {
      return (await embedder.embed(texts, { ...options, kind })).vectors
    } catch {
      throwIfAborted(options.signal)
      pausedUntil = clock.monotonic() + PAUSE_MS
      return undefined
    }
  }
  const isPaused = (): boolean => !embedder || clock.monotonic() < pausedUntil
  const lacks = (tool: Tool): boolean => {
    const found = known.get(describeTool(tool).id)
    return found === undefined || (!found && !isPaused())
  }

  /** Not under the signal of one request: others wait for it too. */
  const write = async (tools: readonly Tool[]): Promise<void> => {
    const wanted = new Map(tools.filter(lacks).map((tool) => [describeTool(tool).id, describeTool(tool).text]))
    if (wanted.size === 0) return
    for (const { id, vector } of await collection.get([...wanted.keys()])) {
      const isWhole = vector !== undefined || isPaused()
      known.set(id, vector !== undefined)
      if (isWhole) wanted.delete(id)
    }
    if (wanted.size === 0) return
    const vectors = await embed([...wanted.values()], 'document', {})
    const expires = clock.now() + KEPT_MS
    const records = [...wanted].map(([id, text], index): VectorRecord => {
      const vector = vectors?.[index]
      return { id, text, metadata: { tool: id }, expires, ...(vector && { vector }) }
    })
    await collection.upsert(records)
    for (const { id } of records) known.set(id, vectors !== undefined)
  }

  const ready = async (tools: readonly Tool[], { signal }: CallOptions): Promise<void> => {
    if (clock.monotonic() >= trustedUntil) {
      known.clear()
      trustedUntil = clock.monotonic() + TRUSTED_MS
    }
    if (!tools.some(lacks)) return
    writing = writing.catch(() => {}).then(() => write(tools))
    await abortable(writing, signal)
  }

  return {
    async search({ text, tools, k, principal, label }, options = {}) {
      await ready(tools, options)
      const byId = new Map(tools.map((tool) => [describeTool(tool).id, tool]))
      const mayEmbed = !label || embedder?.local === true
      const vector = mayEmbed ? (await embed([text], 'query', { ...options, principal }))?.[0] : undefined
      options.span?.set({ 'rt.tools.search': vector ? 'hybrid' : 'keyword' })
      const filter = { tool: { in: [...byId.keys()] } }
      const hits = await collection.search({ text, ...(vector && { vector }), k, filter }, options)
      return hits.flatMap(({ id }) => byId.get(id) ?? [])
    },
  }
}

type Embed = (
  texts: string[],
  kind: 'query' | 'document',
  options: CallOptions & { principal?: Principal },
) => Promise<Float32Array[] | undefined>
