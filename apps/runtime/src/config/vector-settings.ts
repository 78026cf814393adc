import type { CollectionOptions } from '@rt/core'

/** Where vectors are kept. */
export const VECTOR_STORES = ['sqlite', 'lancedb', 'pgvector', 'qdrant'] as const
export const VECTOR_INDEXES = ['auto', 'flat', 'usearch', 'hnsw'] as const
export const TOKENIZERS = ['porter', 'unicode61', 'trigram'] as const

/** Where collections are, and how new ones are made. */
export interface VectorSettings {
  /** Default `sqlite`: in the data folder. */
  store?: (typeof VECTOR_STORES)[number]
  /** Of the store: the address of pgvector or Qdrant, the folder of LanceDB (default: `lancedb` in the data folder). */
  url?: string
  /** Of Qdrant. */
  apiKey?: string
  /** Of collections that are made from now on. Default `auto`: by size and measured time. */
  index?: NonNullable<CollectionOptions['index']>
  /** The same: share of the true neighbours a search through a graph has to find. Default 0.97. */
  recall?: number
  /** By name, instead of the two above. */
  collections?: Record<string, CollectionOptions>
}
