import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database } from '@rt/node/sqlite'

/** Removes saved graphs of collections that are gone. What cannot be removed costs room, and is tried again next time. */
export const sweepIndexFiles = async (database: Database, folder: string): Promise<void> => {
  const files = await readdir(folder).catch(() => [])
  if (!files.length) return
  // Asked after the files were listed: whoever has one of them was there then.
  const rows = await database.all<{ uuid: string }>('SELECT uuid FROM vector_collections')
  const kept = new Set(rows.map(({ uuid }) => uuid))
  const orphans = files.filter((file) => !kept.has(file.split('.', 1)[0]!))
  await Promise.all(orphans.map((file) => rm(join(folder, file), { force: true }).catch(() => {})))
}
