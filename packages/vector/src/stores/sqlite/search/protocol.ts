import type { Metric, SerializedRtError } from '@rt/core'
import type { MessagePort } from 'node:worker_threads'
import type { CheckedQuery } from '../../../driver-kit/check-query.ts'
import type { GraphKind, IndexMeta, Precision } from '../../../indexes/index.ts'
import type { SearchTuning } from './tuning.ts'

export interface SearchThreadData {
  /** Of the database. */
  path: string
  /** Where saved graphs lie. */
  folder: string
  /** Graphs are built and saved; else only those are used that are there. */
  mayBuild: boolean
  /** One number that says whether somebody is being answered: then builders wait. */
  busy: SharedArrayBuffer
  tuning: SearchTuning
}

export interface CollectionIdentity {
  /** Row number in `vector_collections`. */
  id: number
  name: string
}

/** One message in, one message out. */
export type SearchRequest =
  | {
      type: 'search'
      collection: CollectionIdentity
      query: CheckedQuery
      /** Candidates wanted, at most. */
      pool: number
      /** Milliseconds since 1970: what ended before is not there. */
      now: number
    }
  | { type: 'describe'; collection: CollectionIdentity }

export type ToSearchThread =
  | { id: number; request: SearchRequest }
  /** Nobody waits for it any more. */
  | { cancel: number }
  /** A collection that is gone. */
  | { forget: number }
  | { close: true }

export type FromSearchThread =
  | { id: number; value: unknown }
  | { id: number; failure: SerializedRtError }
  /** Asks for a thread that does it and answers at `port`. */
  | { task: GraphTask; port: MessagePort }

/** Work on the graph of a collection, in a thread of its own. */
export type GraphTask = {
  collection: CollectionIdentity
  /** Of the collection: the name of its file. */
  uuid: string
  dimensions: number
  metric: Metric
} & ({ type: 'find' } | { type: 'build'; kind: GraphKind; precision: Precision })

export interface GraphThreadData {
  path: string
  folder: string
  busy: SharedArrayBuffer
  task: GraphTask
  port: MessagePort
}

/** From the thread of a task to the search thread. The last one ends the task. */
export type GraphTaskMessage =
  /** Share done. */
  | { progress: number }
  /** A file whose checksums held a moment ago. */
  | { ready: { meta: IndexMeta; graphPath: string } }
  /** There is no file to use, and why. */
  | { none: string | undefined }
  | { failed: string }
