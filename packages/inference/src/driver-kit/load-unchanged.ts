import { basename } from 'node:path'
import { RtError } from '@rt/core'
import { type FileIdentity, identifyFile, isSameFile } from '@rt/node/files'

export interface LoadUnchangedOptions<T> {
  /** For errors. */
  model: string
  /** `stamp`: of the bytes that were checked; undefined = nobody checked them. */
  files: { path: string; stamp?: FileIdentity | undefined }[]
  load(): Promise<T>
  /** Frees what was loaded from a file that changed meanwhile. */
  discard(loaded: T): PromiseLike<void>
}

/**
 * Loads from files that are, right before and right after, those that were checked. Native code opens a file by its path:
 * in between it could have been replaced by one with other bytes.
 *
 * @throws RtError `checksum_mismatch` naming the file.
 */
export const loadUnchanged = async <T>({ model, files, load, discard }: LoadUnchangedOptions<T>): Promise<T> => {
  const before = await Promise.all(files.map(({ path }) => identifyFile(path)))
  const replaced = files.find(({ stamp }, i) => stamp && before[i] && !isSameFile(stamp, before[i]))
  if (replaced) throw changed(model, replaced.path)
  const loaded = await load()
  for (const [i, { path }] of files.entries()) {
    const [expected, found] = [before[i], await identifyFile(path)]
    if (expected && found && isSameFile(expected, found)) continue
    await discard(loaded)
    throw changed(model, path)
  }
  return loaded
}

const changed = (model: string, path: string): RtError =>
  new RtError({
    code: 'checksum_mismatch',
    message: `${basename(path)} of the model "${model}" was replaced or changed after it was checked. It was not used.`,
    hint: 'Ask again: the file is checked anew. If that does not help, fetch it again: rt pull <name>.',
    data: { model, file: basename(path) },
  })
