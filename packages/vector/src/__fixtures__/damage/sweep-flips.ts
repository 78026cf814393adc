import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { createSqliteStore } from '../../index.ts'
import { createRandom } from '../random.ts'
import { fill } from './questions.ts'

const CHILD = fileURLToPath(new URL('flip-and-ask.ts', import.meta.url))

/**
 * What lies about vectors, and where. Not ids, texts and metadata: those SQLite itself stores, without checksums, and what
 * it reads is what there is.
 */
export const TABLES: string[] = ['vector_data', 'vector_blocks', 'vector_records_slot']

interface Flip {
  table: string
  bit: number
  /** By question: `right`, `wrong`, or the code of the error. */
  verdicts: Record<string, string>
}

interface Page {
  name: string
  pgoffset: number
  pgsize: number
}

/** A filled database at `path`, closed, with nothing left in its log. */
export const makeWhole = async (path: string): Promise<void> => {
  const store = await createSqliteStore({ path })
  await fill(store)
  await store[Symbol.asyncDispose]()
  const database = new DatabaseSync(path)
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  database.close()
}

/** Bits spread over the pages of each table, chosen by the seed. */
const chooseBits = (path: string, tables: string[], each: number, seed: number): { table: string; bit: number }[] => {
  const database = new DatabaseSync(path, { readOnly: true })
  const pages = database.prepare('SELECT name, pgoffset, pgsize FROM dbstat').all() as unknown as Page[]
  database.close()
  const random = createRandom(seed)
  return tables.flatMap((table) => {
    const own = pages.filter(({ name }) => name === table)
    return Array.from({ length: each }, () => {
      const { pgoffset, pgsize } = own[Math.floor(random() * own.length)]!
      return { table, bit: (pgoffset + Math.floor(random() * pgsize)) * 8 + Math.floor(random() * 8) }
    })
  })
}

/**
 * What a store on a database with one flipped bit answers, flip by flip.
 *
 * @throws Error when a flip ended the process.
 */
export const sweepFlips = async (path: string, tables: string[], each: number, seed: number): Promise<Flip[]> => {
  const chosen = chooseBits(path, tables, each, seed)
  const bits = JSON.stringify(chosen.map(({ bit }) => bit))
  const child = spawn(process.execPath, ['--conditions=@rt/source', CHILD, path, bits], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exit = once(child, 'exit')
  let errors = ''
  child.stderr.on('data', (data) => (errors += String(data)))
  const verdicts: Flip['verdicts'][] = []
  let last: unknown
  for await (const text of createInterface({ input: child.stdout })) {
    const line = JSON.parse(text) as { begins?: number; verdicts?: Flip['verdicts'] }
    if (line.verdicts) verdicts.push(line.verdicts)
    else last = line.begins
  }
  const [code, signal] = (await exit) as [number | null, string | null]
  if (code !== 0) throw new Error(`bit ${String(last)} ended the process: ${signal ?? code} ${errors}`)
  return chosen.map((flip, i) => ({ ...flip, verdicts: verdicts[i]! }))
}

/** Right, or refused as damage. */
export const expectNoWrongAnswer = (flips: Flip[], expect: (value: unknown) => { toEqual(value: unknown): void }): void => {
  const fine = new Set(['right', 'database_corrupt'])
  expect(flips.filter(({ verdicts }) => Object.values(verdicts).some((verdict) => !fine.has(verdict)))).toEqual([])
}
