import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RtError, throwIfAborted, type Tool } from '@rt/core'
import { startProcessTree } from '@rt/node/process'
import { entryUrl } from '@rt/node/worker'
import { tool } from '../../tool.ts'
import { objectSchema } from '../object-schema.ts'
import { wrongArgument } from '../wrong-argument.ts'
import { checkStatement } from './check-statement.ts'
import type { SqlAnswer, SqlQuestion } from './protocol.ts'

export interface SqlToolOptions {
  /** The SQLite file, opened for reading only. */
  file: string
  /** What is in it, for the model: tables, columns, units. Default: the model looks at sqlite_schema. */
  about?: string
  /** Ceiling of one statement in milliseconds: then its process is killed. Default 10,000. */
  timeoutMs?: number
}

const MOST_ROWS = 200
const MOST_BYTES = 32 * 1024
const MOST_MEGABYTES = 256

/** Asks a SQLite file, with one statement that only reads, in a process of its own. */
export const createSqlTool = ({ file, about, timeoutMs = 10_000 }: SqlToolOptions): Tool => ({
  ...tool({
    name: 'sql',
    description: `Runs one SELECT statement on a SQLite database and returns its rows, at most ${MOST_ROWS}. ${about ?? 'See its tables first: SELECT name, sql FROM sqlite_schema.'}`,
    inputSchema: objectSchema<{ statement: string }>(
      {
        statement: {
          type: 'string',
          description: 'Such as "SELECT city, count(*) FROM customers GROUP BY city LIMIT 10"',
        },
      },
      ['statement'],
    ),
    timeoutMs,
    execute: async ({ statement }, { signal }) => {
      const question = {
        file: resolve(file),
        sql: checkStatement(statement),
        mostRows: MOST_ROWS,
        mostBytes: MOST_BYTES,
      }
      const answer = await ask(question, signal)
      if ('error' in answer) {
        const { error, tables } = answer
        throw wrongArgument(`SQLite says: ${error}${tables.length ? ` Tables: ${tables.join(', ')}.` : ''}`)
      }
      const { columns, rows, more } = answer
      return {
        rows: rows.map((cells) => Object.fromEntries(columns.map((name, index) => [name, cells[index]]))),
        ...(more && {
          note: `there are more than these ${rows.length} rows; ask for fewer with WHERE, GROUP BY or LIMIT`,
        }),
      }
    },
  }),
  sideEffects: [],
  untrusted: true,
})

const ask = async (question: SqlQuestion, signal: AbortSignal): Promise<SqlAnswer> => {
  throwIfAborted(signal)
  const { url, execArgv } = entryUrl(import.meta.url, './sql-child.ts', 'sql-child.js')
  const { SystemRoot } = process.env
  const tree = startProcessTree({
    command: process.execPath,
    args: ['--no-warnings', `--max-old-space-size=${MOST_MEGABYTES}`, ...execArgv, fileURLToPath(url)],
    env: SystemRoot === undefined ? {} : { SystemRoot },
  })
  signal.addEventListener('abort', tree.kill, { once: true })
  try {
    tree.stdin.end(JSON.stringify(question))
    tree.stderr.resume()
    const pieces: Buffer[] = []
    const read = async (): Promise<void> => {
      for await (const piece of tree.stdout) pieces.push(piece as Buffer)
    }
    const [{ code }] = await Promise.all([tree.ended, read()])
    throwIfAborted(signal)
    if (code !== 0)
      throw new RtError({
        code: 'tool_failed',
        message: 'the statement took more memory than it may, or its process ended.',
      })
    return JSON.parse(Buffer.concat(pieces).toString('utf8')) as SqlAnswer
  } finally {
    signal.removeEventListener('abort', tree.kill)
    tree.kill()
  }
}
