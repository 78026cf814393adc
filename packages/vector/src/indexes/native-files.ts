import { appendFileSync } from 'node:fs'
import { RtError } from '@rt/core'
import { fileError } from '@rt/node/files'
import { type FileReader, lookInto } from './file-reader.ts'

/**
 * Lets native code write a file, and looks whether it did: both libraries report success for one that a full disk cut off.
 *
 * @param expected the length its own head asks for.
 * @throws RtError `disk_full`, `not_found` ... with the reason that the library keeps to itself.
 */
export const saveChecked = (
  path: string,
  save: (path: string) => void,
  expected: (read: FileReader) => number | undefined,
): void => {
  const failure = attempt(() => save(path))
  const missing = lookInto(path, (read, size) => (expected(read) ?? size + 1) - size)
  if (missing === 0 && failure === undefined) return
  // The reason comes when somebody else tries to write the rest.
  try {
    appendFileSync(path, new Uint8Array(Math.min(2 ** 20, Math.max(1, missing))))
  } catch (error) {
    throw fileError(error, path, 'written')
  }
  throw new RtError({ code: 'internal', message: 'an index could not be written to its end.', cause: failure })
}

/** Lets native code read a file; what it throws comes as an RtError. */
export const loadChecked = (load: () => void): void => {
  const failure = attempt(load)
  if (failure === undefined) return
  throw new RtError({
    code: 'checksum_mismatch',
    message: `the file of an index was refused: ${failure.message}`,
    hint: 'It is a cache: delete it, and it is built again.',
    cause: failure,
  })
}

const attempt = (action: () => void): Error | undefined => {
  try {
    action()
    return undefined
  } catch (error) {
    return error as Error
  }
}
