import type { Failure } from './protocol.ts'

/** Thrown inside the worker; never leaves it except as its `failure`. */
export class FailureError extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }
}

const SQLITE_ERROR = 1
const SQLITE_IOERR = 10
const SQLITE_CORRUPT = 11
const SQLITE_NOTADB = 26

/** SQLite's primary result code (https://sqlite.org/rescode.html). */
export const primaryCode = (errcode: number): number => errcode & 0xff

export const isDiskFailure = (error: unknown): boolean => primaryCode(errcodeOf(error) ?? 0) === SQLITE_IOERR

/** The file does not hold what a database holds. */
export const isDamage = (error: unknown): boolean =>
  [SQLITE_CORRUPT, SQLITE_NOTADB].includes(primaryCode(errcodeOf(error) ?? 0))

/** Any thrown value as plain data. `sql` is the statement that failed: only words that stand in it may be repeated. */
export const toFailure = (error: unknown, sql?: string): Failure => {
  if (error instanceof FailureError) return error.failure
  const message = error instanceof Error ? error.message : String(error)
  const errcode = errcodeOf(error)
  // Not from SQLite: a value that cannot be bound, an integer out of range.
  if (errcode === undefined) return { kind: 'usage', message }
  return { kind: 'sqlite', errcode, message: primaryCode(errcode) === SQLITE_ERROR ? redact(message, sql) : message }
}

const errcodeOf = (error: unknown): number | undefined => {
  const { errcode } = (error ?? {}) as { errcode?: unknown }
  return typeof errcode === 'number' ? errcode : undefined
}

/** A malformed full-text query or JSON path comes back inside SQLite's message, and it may be a user's words. */
const redact = (message: string, sql: string = ''): string =>
  message.replace(
    /"([^]*)"|'([^]*)'|(?<=(?:column|query|path): ?)([^]+)$/g,
    (whole: string, ...groups: (string | undefined)[]) => {
      const word = groups.slice(0, 3).find((group) => group !== undefined) ?? ''
      return sql.includes(word) ? whole : '(a value)'
    },
  )
