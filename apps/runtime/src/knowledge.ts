import {
  abortable,
  type CollectionStamp,
  type EmbeddingModel,
  type IngestOptions,
  type IngestReport,
  LOCAL,
  type Principal,
  RtError,
  type Telemetry,
  type VectorCollection,
  type VectorStore,
} from '@rt/core'
import { createIngest, createRetriever, type Ingest } from '@rt/memory'
import type { Database } from '@rt/node/sqlite'
import type { Settings } from './config/settings.ts'
import { wrapEmbedder } from './models/wrap-embedder.ts'
import { NO_EMBEDDER } from './no-embedder.ts'
import { readOnlyError } from './read-only-error.ts'
import type { Retrieval, RetrieveOptions } from './run-request.ts'
import { KNOWLEDGE } from './runtime.ts'

export interface KnowledgeParts {
  database(): Promise<Database>
  vectors(): Promise<VectorStore>
  telemetry(): Promise<Telemetry>
  embedder(): Promise<EmbeddingModel | undefined>
  settings: Pick<Settings, 'embed' | 'passages'>
  readOnly: boolean
}

/**
 * Documents, and what is found in them. They belong to whoever owns the data folder, and every key that may chat may ask
 * about them; threads are what is kept apart between keys.
 */
export interface Knowledge {
  ingest(paths: string | string[], options?: IngestOptions): Promise<IngestReport>
  retrieve(collection: string, query: string, options: RetrieveOptions & { k?: number }): Promise<Retrieval>
  /** The collection that is meant; `true` = ours, when there is anything in it. */
  named(wanted: boolean | string): Promise<string | undefined>
}

export const createKnowledge = (parts: KnowledgeParts): Knowledge => {
  const { settings, vectors, embedder } = parts
  /** One for all calls: runs wait for each other. Made anew once an embedder that was missing is there. */
  const writers = new Map<EmbeddingModel | undefined, Ingest>()
  const writer = async (): Promise<Ingest> => {
    const [database, store, model] = await Promise.all([parts.database(), vectors(), embedder()])
    const known = writers.get(model)
    if (known) return known
    const made = createIngest({ database, store, collection: KNOWLEDGE, embedder: model })
    writers.set(model, made)
    return made
  }

  /** Reading makes no collection: a name that a client made up must not. */
  const existing = async (name: string, model: EmbeddingModel | undefined): Promise<Existing | undefined> => {
    const store = await vectors()
    const infos = await store.list()
    const info = infos.find((other) => other.name === name)
    // Its stamp is checked: vectors of another model are numbers that mean nothing here.
    if (info) {
      const collection = await store.collection(name, info.stamp && model && stampOf(model))
      return { collection, stamped: info.stamp !== undefined }
    }
    if (name === KNOWLEDGE) return undefined
    const known = infos.map((other) => other.name)
    throw new RtError({
      code: 'not_found',
      message: `there is no collection "${name}".`,
      hint: known.length ? `Collections: ${known.join(', ')}.` : 'There is none yet: ingest documents first.',
    })
  }

  /** Asked with every turn, and only this process writes: it is looked up again when something was written. */
  let known: { at: number; holds: boolean } | undefined
  const holdsAnything = async (): Promise<boolean> => {
    const { written } = await parts.database()
    if (known?.at === written) return known.holds
    const collections = await (await vectors()).list()
    known = { at: written, holds: collections.some(({ name, count }) => name === KNOWLEDGE && count > 0) }
    return known.holds
  }

  return {
    async ingest(paths, options) {
      if (parts.readOnly) throw readOnlyError()
      const [into, spans] = await Promise.all([abortable(writer(), options?.signal), parts.telemetry()])
      const span = spans.span('ingest')
      try {
        return await into.ingest(paths, { ...options, span })
      } catch (error) {
        span.end(error)
        throw error
      } finally {
        span.end()
      }
    },

    async retrieve(name, query, { k = settings.passages, principal, label, signal, span }) {
      const wanted = await abortable(embedder(), signal)
      const model = label && !wanted?.local ? undefined : wanted
      const found = await existing(name, model)
      if (!found) return { passages: [] }
      const { collection, stamped } = found
      const retriever = createRetriever({
        collection,
        embedder: stamped && model ? askedBy(model, principal) : undefined,
      })
      const passages = await retriever.retrieve(query, { k, principal: LOCAL, signal, span })
      if (wanted && !model && stamped) return { passages, warning: keptHere(wanted) }
      return { passages, ...(settings.embed !== false && !wanted && { warning: NO_EMBEDDER }) }
    },

    async named(wanted) {
      if (wanted === false) return undefined
      if (typeof wanted === 'string') return wanted
      return (await holdsAnything()) ? KNOWLEDGE : undefined
    },
  }
}

/** The documents are everybody's; the question is of whoever asks, and counted so. */
const askedBy = (model: EmbeddingModel, principal: Principal | undefined): EmbeddingModel =>
  model.local || principal === undefined
    ? model
    : wrapEmbedder(model, (texts, options) => model.embed(texts, { ...options, principal }))

interface Existing {
  collection: VectorCollection
  /** It holds vectors. */
  stamped: boolean
}

const keptHere = ({ id }: EmbeddingModel): Retrieval['warning'] => ({
  id: 'local-only-query',
  message: `the question is local-only and the embedder ${id} is not on this machine: documents are found by words only.`,
})

const stampOf = ({ dimensions, fingerprint }: EmbeddingModel): CollectionStamp => ({
  dimensions,
  fingerprint,
  metric: 'cosine',
})
