import type { Row, SqlValue, Statement } from './types.ts'

/** What the sqlite worker is started with. */
export interface WorkerOptions {
  path: string
  readOnly: boolean
}

/** What a connection can be asked. The order of requests is the order of execution. */
export type Operation =
  | { type: 'open' }
  | { type: 'read'; sql: string; params: SqlValue[] }
  | { type: 'write'; statements: Statement[] }
  | { type: 'begin' }
  | { type: 'all'; sql: string; params: SqlValue[] }
  | { type: 'run'; statement: Statement }
  | { type: 'commit' }
  | { type: 'rollback' }
  | { type: 'migrate'; namespace: string; migrations: readonly string[] }
  | { type: 'close' }

export type Request = { id: number; operation: Operation }

/** `undefined` where there is nothing to say. */
export type Value = Row[] | number[] | number | undefined

/** Why an operation failed, as plain data: the worker does not load @rt/core, which keeps its start short. */
export interface Failure {
  kind: 'sqlite' | 'usage' | 'newer' | 'older'
  message: string
  /** SQLite's extended result code. */
  errcode?: number
  /** The disk failed in the middle of a write: this connection writes no more. */
  poisoned?: boolean
  /** For `newer` and `older`: what the file has, and what the caller knows. */
  versions?: { found: number; known: number }
}

export type Response = { id: number; value: Value } | { id: number; failure: Failure }
