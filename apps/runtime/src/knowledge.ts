import {
  abortable,
  type CallOptions,
  checkLabel,
  type CollectionStamp,
  type EmbeddingModel,
  type IngestOptions,
  type IngestReport,
  LOCAL,
  type Principal,
  type RetrievedChunk,
  type SearchOptions,
  type Telemetry,
  type VectorCollection,
  type VectorFilter,
  type VectorStore,
} from '@rt/core'
import { createIngest, createRetriever, type Ingest } from '@rt/memory'
import type { Database } from '@rt/node/sqlite'
import { checkFilter } from '@rt/vector'
import type { Settings } from './config/settings.ts'
import { wrapEmbedder } from './models/wrap-embedder.ts'
import { NO_EMBEDDER } from './no-embedder.ts'
import { readOnlyError } from './read-only-error.ts'
import type { Retrieval, RetrieveOptions } from './run-request.ts'
import { KNOWLEDGE } from './runtime.ts'
import type { Vectors } from './vectors/create-vectors.ts'
import { findCollection, findInfo } from './vectors/find-collection.ts'
import { storeElsewhere } from './vectors/keep-local.ts'

export interface KnowledgeParts {
  database(): Promise<Database>
  vectors: Pick<Vectors, 'kind' | 'elsewhere' | 'reranker'> & { store(): Promise<VectorStore> }
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
  retrieve(collection: string, query: string, options: RetrieveOptions & KnowledgeOptions): Promise<Retrieval>
  search(query: string, options?: SearchOptions): Promise<RetrievedChunk[]>
  /** The collection that is meant; `true` = ours, when there is anything in it. */
  named(wanted: boolean | string): Promise<string | undefined>
}

interface KnowledgeOptions {
  k?: number
  /** How it is searched. */
  tuning?: Omit<SearchOptions, 'k' | 'collection' | 'label' | keyof CallOptions>
}

export const createKnowledge = (parts: KnowledgeParts): Knowledge => {
  const { settings, embedder } = parts
  const { kind, elsewhere, store: vectors, reranker } = parts.vectors
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
    const info = findInfo(await store.list(), name)
    if (!info && name === KNOWLEDGE) return undefined
    const found = info ?? (await findCollection(store, name))
    // Its stamp is checked: vectors of another model are numbers that mean nothing here.
    const collection = await store.collection(found.name, found.stamp && model && stampOf(model))
    return { collection, stamped: found.stamp !== undefined }
  }

  /** Asked with every turn, and only this process writes: it is looked up again when something was written. */
  let known: { at: number; holds: boolean } | undefined
  const holdsAnything = async (): Promise<boolean> => {
    const { written } = await parts.database()
    if (known?.at === written) return known.holds
    const collections = await (await vectors()).list()
    known = { at: written, holds: (findInfo(collections, KNOWLEDGE)?.count ?? 0) > 0 }
    return known.holds
  }

  const retrieve: Knowledge['retrieve'] = async (
    name,
    query,
    { k = settings.passages, principal, label, signal, span, tuning = {} },
  ) => {
    // Here, as nobody checks it where there is no collection yet; and before an embedder is asked.
    if (tuning.filter) checkFilter(tuning.filter)
    if (label && elsewhere) return { passages: [], warning: notAsked(kind) }
    const wanted = await abortable(embedder(), signal)
    const model = label && !wanted?.local ? undefined : wanted
    const found = await existing(name, model)
    if (!found) return { passages: [] }
    const { collection, stamped } = found
    const retriever = createRetriever({
      collection,
      embedder: stamped && model ? askedBy(model, principal) : undefined,
    })
    const { filter, rerank, ...others } = tuning
    const passages = await retriever.retrieve(query, {
      k,
      filter: filter ? { and: [OURS, filter] } : OURS,
      signal,
      span,
      tuning: rerank ? { ...others, rerank: { ...rerank, model: await reranker(rerank.model, collection) } } : others,
    })
    if (wanted && !model && stamped) return { passages, warning: keptHere(wanted) }
    return { passages, ...(settings.embed !== false && !wanted && { warning: NO_EMBEDDER }) }
  }

  return {
    async ingest(paths, options) {
      if (parts.readOnly) throw readOnlyError()
      if (options?.label && elsewhere) throw storeElsewhere('the documents are to be local-only', kind)
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

    retrieve,

    async search(query, { collection = KNOWLEDGE, k = 5, label, signal, span, ...tuning } = {}) {
      checkLabel(label)
      if (label && elsewhere) throw storeElsewhere('the query is local-only', kind)
      return (await retrieve(collection, query, { k, label, signal, span, tuning })).passages
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

/** Records that a program wrote itself say nothing of whose they are. */
const OURS: VectorFilter = { or: [{ principal: LOCAL }, { principal: { exists: false } }] }

const notAsked = (kind: string): Retrieval['warning'] => ({
  id: 'local-only-query',
  message: `the question is local-only and the vector store (${kind}) is not on this machine: no documents were looked for.`,
})

const keptHere = ({ id }: EmbeddingModel): Retrieval['warning'] => ({
  id: 'local-only-query',
  message: `the question is local-only and the embedder ${id} is not on this machine: documents are found by words only.`,
})

const stampOf = ({ dimensions, fingerprint }: EmbeddingModel): CollectionStamp => ({
  dimensions,
  fingerprint,
  metric: 'cosine',
})
