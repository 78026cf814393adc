import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSecretId } from '@rt/core'
import { fileError } from '@rt/node/files'
import { encodeMeta } from './encode-meta.ts'
import type { IndexMeta } from './index-meta.ts'
import { metaPath } from './names.ts'
import { sumFile } from './read-index-file.ts'
import { removeIndexFiles } from './remove-index-files.ts'

/**
 * Saves an index: the graph under a name of its own, synced, then the meta file that names it by an atomic rename. Ended
 * at any point, the index saved before is still there and whole; when it returns, the new one is durable and the files of
 * others are gone.
 *
 * @param save writes the graph, e.g. `GraphIndex.save`.
 * @throws RtError `disk_full`, `read_only`, `forbidden` ... and what `save` throws; the index saved before is still there.
 */
export const writeIndexFile = (folder: string, name: string, meta: IndexMeta, save: (path: string) => void): void => {
  const target = metaPath(folder, name)
  const graph = `${name}.${createSecretId()}.graph`
  const graphPath = join(folder, graph)
  const temporary = join(folder, `${name}.${createSecretId()}.tmp`)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    // Private before native code writes into it: vectors tell a lot about the texts they stand for.
    closeSync(openSync(graphPath, 'wx', 0o600))
    save(graphPath)
    sync(graphPath)
    writeFileSync(temporary, encodeMeta(name, meta, { file: graph, ...sumFile(graphPath) }), { mode: 0o600 })
    sync(temporary)
    renameSync(temporary, target)
  } catch (error) {
    rmSync(graphPath, { force: true })
    rmSync(temporary, { force: true })
    throw fileError(error, target, 'written')
  }
  try {
    syncFolder(folder)
  } catch (error) {
    throw fileError(error, target, 'made durable')
  }
  removeIndexFiles(folder, name, graph)
}

/** Before its name says that it is there, the content is on the disk. */
const sync = (path: string): void => {
  // Windows syncs only what is open for writing.
  const file = openSync(path, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Makes the rename durable. Windows has no such call. */
const syncFolder = (folder: string): void => {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
