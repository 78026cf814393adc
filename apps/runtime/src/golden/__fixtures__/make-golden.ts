import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '@rt/node/sqlite'
import { dumpDatabase, watchMigrations } from '@rt/node/testing'
import { fillDatabase } from './fill-database.ts'
import { openParts } from './open-parts.ts'
import { readDatabase, type Reading } from './read-database.ts'

/** SHA-256 of the text of each migration, by namespace. */
export interface MigrationHashes {
  [namespace: string]: string[]
}

export interface Golden {
  sql: string
  reading: Reading
  migrations: MigrationHashes
}

/** A data file as today's code writes it, as text. */
export const makeGolden = async (): Promise<Golden> => {
  const folder = await mkdtemp(join(tmpdir(), 'rt-golden-'))
  const path = join(folder, 'rt.db')
  try {
    const { reading, migrations } = await fill(path, folder)
    // Where the files lay on this machine is nobody's business.
    return { sql: dumpDatabase(path).replaceAll(folder, '/home/ada'), reading, migrations }
  } finally {
    await rm(folder, { recursive: true })
  }
}

const fill = async (path: string, folder: string): Promise<Omit<Golden, 'sql'>> => {
  await using database = await openDatabase({ path })
  const watched = watchMigrations(database)
  await using parts = await openParts(watched.database)
  await fillDatabase(parts, folder)
  return { reading: await readDatabase(database, parts), migrations: hashMigrations(watched.migrations) }
}

export const hashMigrations = (migrations: ReadonlyMap<string, readonly string[]>): MigrationHashes =>
  Object.fromEntries(
    [...migrations]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([namespace, list]) => [namespace, list.map((sql) => createHash('sha256').update(sql).digest('hex'))]),
  )
