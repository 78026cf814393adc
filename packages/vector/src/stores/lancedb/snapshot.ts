import { cp, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { createSecretId, RtError, throwIfAborted } from '@rt/core'
import type { Database } from '@rt/node/sqlite'
import type { Catalog } from './catalog.ts'
import { datasetName } from './dataset.ts'

/**
 * Copies the folder of a store while it is read; writing waits. The copy appears as a whole, under its name at the end.
 *
 * @throws RtError `conflict` when there is something at `target`.
 */
export const snapshotStore = async (
  { path, database, catalog }: { path: string; database: Database; catalog: Catalog },
  target: string,
  signal: AbortSignal | undefined,
): Promise<void> => {
  throwIfAborted(signal)
  if (await stat(target).catch(() => undefined))
    throw new RtError({
      code: 'conflict',
      message: `${basename(target)} exists already.`,
      hint: 'A snapshot is a new folder: choose another name, or remove what is there.',
    })
  const temporary = join(dirname(target), `.${basename(target)}.${createSecretId()}.tmp`)
  try {
    await mkdir(temporary, { mode: 0o700 })
    await catalog.locked(async (tx) => {
      const rows = await tx.all<{ id: number }>('SELECT id FROM lancedb_collections')
      for (const { id } of rows) await copyDataset(path, temporary, `${datasetName(id)}.lance`, signal)
      await database.backup(join(temporary, 'rt.db'), { signal })
    })
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    throw error
  }
}

/**
 * Versions first: an index that is built meanwhile adds files before the version that names them, so that every version
 * copied finds its files.
 */
const copyDataset = async (from: string, to: string, name: string, signal: AbortSignal | undefined): Promise<void> => {
  const source = join(from, name)
  const parts = (await readdir(source)).toSorted((a, b) => Number(b === '_versions') - Number(a === '_versions'))
  for (const part of parts) {
    throwIfAborted(signal)
    await cp(join(source, part), join(to, name, part), { recursive: true })
  }
}
