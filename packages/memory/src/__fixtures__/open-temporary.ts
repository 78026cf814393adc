import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase, type Database } from '@rt/node/sqlite'
import { onTestFinished } from 'vitest'

/** A folder of its own for one test. */
export const makeFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'rt-memory-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** The real SQLite, closed when the test ends. */
export const openTemporary = async (folder?: string): Promise<Database> => {
  const database = await openDatabase({ path: join(folder ?? (await makeFolder()), 'rt.db'), readers: 1 })
  onTestFinished(() => database[Symbol.asyncDispose]())
  return database
}
