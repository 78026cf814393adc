import {
  withSpan,
  type CallOptions,
  type EmbeddingModel,
  type Principal,
  type RetrievedChunk,
  type VectorCollection,
  type VectorFilter,
  type VectorHit,
  type VectorQuery,
} from '@rt/core'
import { intersection, union } from '../text/sets.ts'
import { numbersOf, wordsOf } from '../text/terms.ts'
import { toChunk } from './to-chunk.ts'

export interface RetrieverOptions {
  collection: VectorCollection
  /** The one the collection was made with. Without it: keyword search. */
  embedder?: EmbeddingModel | undefined
  /**
   * Raw cosine from which a passage counts as related though it shares no word with the query. Default: the embedder's
   * own `relatedCosine`; where that is not known every passage counts.
   */
  minCosine?: number
}

export interface RetrieveOptions extends CallOptions {
  /** Most passages. Default 4. */
  k?: number
  /** Only documents of this principal. Default: the whole collection. */
  principal?: Principal | undefined
  /** Only passages whose metadata match, such as `{ source: { prefix: 'handbook/' } }`. */
  filter?: VectorFilter | undefined
  /** How it is searched. With a `threshold` that alone judges what is related. */
  tuning?: Omit<VectorQuery, 'vector' | 'text' | 'k' | 'filter'> | undefined
}

export interface Retriever {
  /** Passages for a query, best first; none when nothing is related. */
  retrieve(query: string, options?: RetrieveOptions): Promise<RetrievedChunk[]>
}

/**
 * Searches by meaning and keyword together. Whether a hit is related at all is judged on raw scores and shared words,
 * never on the fused score, whose best hit is near 1 for any query.
 */
export const createRetriever = ({
  collection,
  embedder,
  minCosine = embedder?.relatedCosine ?? -1,
}: RetrieverOptions): Retriever => ({
  async retrieve(query, { k = 4, principal, filter, tuning = {}, signal, span: parent } = {}) {
    const text = query.trim()
    if (!text) return []
    const byMeaning = tuning.mode === 'keyword' ? undefined : embedder
    const attributes = {
      'gen_ai.operation.name': 'retrieval',
      'gen_ai.data_source.id': collection.name,
      'gen_ai.retrieval.top_k': k,
      'rt.retrieval.mode': tuning.mode ?? (embedder ? 'hybrid' : 'keyword'),
    }
    return withSpan(parent, `retrieval ${collection.name}`, attributes, async (span) => {
      const embedded = await byMeaning?.embed([text], { kind: 'query', signal, span })
      // Twice as many as asked for: what is dropped as unrelated makes room for the next.
      const hits = await collection.search(
        {
          ...tuning,
          text,
          k: k * 2,
          ...(embedded && { vector: embedded.vectors[0] }),
          ...both(filter, principal),
        },
        { signal, span },
      )
      const related = tuning.threshold ? hits : hits.filter(isRelated(text, minCosine))
      const chunks = related.slice(0, k).map(toChunk)
      span.set({
        'gen_ai.usage.input_tokens': embedded?.tokens,
        'rt.retrieval.found': hits.length,
        'rt.retrieval.returned': chunks.length,
        'rt.retrieval.chunks': chunks.map(({ id }) => id),
        'rt.retrieval.scores': chunks.map(({ score }) => score),
      })
      return chunks
    })
  },
})

const both = (filter: VectorFilter | undefined, principal: Principal | undefined): Pick<VectorQuery, 'filter'> => {
  if (principal === undefined) return { filter }
  return { filter: filter ? { and: [filter, { principal }] } : { principal } }
}

/** A query of common words only ("what about it?") has nothing to share; then the keyword list decides alone. */
const isRelated = (query: string, minCosine: number): ((hit: VectorHit) => boolean) => {
  const asked = union(wordsOf(query), numbersOf(query))
  return ({ cosine = 0, bm25, text = '', metadata }) => {
    if (cosine >= minCosine) return true
    if (asked.size === 0) return bm25 !== undefined
    const passage = `${text} ${JSON.stringify(metadata['headings'] ?? [])}`
    return intersection(asked, union(wordsOf(passage), numbersOf(passage))).size > 0
  }
}
