// Runs under a limit on file size: SQLite then meets a real I/O error.
import { RtError } from '@rt/core'
import { openDatabase } from '../open-database.ts'

await using database = await openDatabase({ path: process.argv[2]! })
await database.write([{ sql: 'CREATE TABLE item (x)' }, { sql: 'INSERT INTO item VALUES (1)' }])
const failures: unknown[] = []
const attempt = (bytes: number): Promise<unknown> =>
  database.write({ sql: 'INSERT INTO item VALUES (zeroblob(?))', params: [bytes] }).catch((error: unknown) => {
    failures.push(RtError.isInstance(error) ? { code: error.code, hint: error.hint } : String(error))
  })
await attempt(4_000_000)
await attempt(1)
const row = await database.get<{ n: number }>('SELECT count(*) AS n FROM item')
console.log(JSON.stringify({ failures, n: row?.n }))
