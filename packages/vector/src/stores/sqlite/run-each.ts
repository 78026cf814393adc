import type { SqlValue, Transaction } from '@rt/node/sqlite'

/** Of one message to the writer: sending is work of the sender, who has others to serve. */
const ROWS = 250
const BYTES: number = 1024 * 1024

/** Runs a statement once for each row, a message for some of them. */
export const runEach = async (tx: Transaction, sql: string, rows: Iterable<SqlValue[]>): Promise<void> => {
  let each: SqlValue[][] = []
  let bytes = 0
  for (const row of rows) {
    each.push(row)
    for (const value of row)
      bytes += typeof value === 'string' ? value.length : value instanceof Uint8Array ? value.byteLength : 8
    if (each.length < ROWS && bytes < BYTES) continue
    await tx.run({ sql, each })
    each = []
    bytes = 0
  }
  if (each.length) await tx.run({ sql, each })
}
