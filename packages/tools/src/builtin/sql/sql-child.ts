// Entry of the process that runs one statement: SQLite cannot be interrupted from JavaScript, a process can be ended.
import type { DatabaseSync as Database } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import type { SqlAnswer, SqlCell, SqlQuestion } from './protocol.ts'

// A bundler that takes `node:` off a name breaks this one, which has no other.
const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
const MOST_BYTES = 384 * 1024 * 1024
const MOST_CELL_CHARACTERS = 4000
const MOST_TABLES = 50

const toCell = (value: unknown): SqlCell => {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (value instanceof Uint8Array) return `[${value.length} bytes]`
  if (typeof value === 'string' && value.length > MOST_CELL_CHARACTERS)
    return `${value.slice(0, MOST_CELL_CHARACTERS)} [cut: ${value.length} characters]`
  return value as SqlCell
}

const tables = (database: Database): string[] => {
  try {
    const rows = database
      .prepare(
        `SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' LIMIT ${MOST_TABLES}`,
      )
      .all()
    return rows.map(({ name }) => String(name))
  } catch {
    return []
  }
}

const answer = ({ file, sql, mostRows, mostBytes }: SqlQuestion): SqlAnswer => {
  let database: Database
  try {
    database = new DatabaseSync(file, { readOnly: true })
    database.exec(`PRAGMA trusted_schema = OFF; PRAGMA query_only = ON; PRAGMA busy_timeout = 2000`)
  } catch {
    return { error: 'the database cannot be opened.', tables: [] }
  }
  try {
    const statement = database.prepare(sql)
    statement.setReadBigInts(true)
    const columns = statement.columns().map(({ name }) => name)
    // Of two columns with one name an object would hold one.
    const kept: string[] = []
    for (const name of columns) {
      let unique = name
      for (let n = 2; kept.includes(unique); n++) unique = `${name}_${n}`
      kept.push(unique)
    }
    statement.setReturnArrays(true)
    const rows: SqlCell[][] = []
    let bytes = 0
    for (const row of statement.iterate() as Iterable<unknown>) {
      const cells = (row as unknown[]).map(toCell)
      bytes += JSON.stringify(cells).length
      if (rows.length >= mostRows || (bytes > mostBytes && rows.length)) return { columns: kept, rows, more: true }
      rows.push(cells)
    }
    return { columns: kept, rows, more: false }
  } catch (error) {
    return { error: (error as Error).message, tables: tables(database) }
  } finally {
    database.close()
  }
}

/** SQLite of Node counts no memory, so it knows no limit: a thread looks at the process, also while a statement runs. */
const LOOK = `setInterval(() => process.memoryUsage.rss() > ${MOST_BYTES} && process.kill(process.pid, 'SIGKILL'), 20)`
new Worker(LOOK, { eval: true, env: {} }).unref()

let input = ''
for await (const piece of process.stdin.setEncoding('utf8')) input += String(piece)
process.stdout.write(JSON.stringify(answer(JSON.parse(input) as SqlQuestion)))
