/** One connection of a pool, as `pg` has it. */
export interface PostgresConnection {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>
  /** `destroy`: it is not to be used again. */
  release(destroy?: boolean): void
  /** The server's number of it, by which a statement is cancelled. Without one an abort waits for the statement. */
  processID?: number | null
  on?(event: 'error', listener: (error: Error) => void): unknown
  off?(event: 'error', listener: (error: Error) => void): unknown
}

/** Where connections come from: a `Pool` of `pg` fits. */
export interface PostgresPool {
  connect(): Promise<PostgresConnection>
}
