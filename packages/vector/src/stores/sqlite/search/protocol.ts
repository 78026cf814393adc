import type { SerializedRtError, Tokenizer } from '@rt/core'
import type { CheckedQuery } from '../../../driver-kit/check-query.ts'

/** What the search thread is started with. */
export interface SearchThreadData {
  /** Of the database. */
  path: string
}

export interface CollectionIdentity {
  /** Row number in `vector_collections`. */
  id: number
  name: string
}

/** One message in, one message out. */
export interface SearchRequest {
  type: 'search'
  collection: CollectionIdentity
  query: CheckedQuery
  /** Candidates wanted, at most. */
  pool: number
  /** Of the collection. */
  tokenizer: Tokenizer
  /** Milliseconds since 1970: what ended before is not there. */
  now: number
}

export type ToSearchThread =
  | { id: number; request: SearchRequest }
  /** Nobody waits for it any more. */
  | { cancel: number }
  | { close: true }

export type FromSearchThread = { id: number; value: unknown } | { id: number; failure: SerializedRtError }
