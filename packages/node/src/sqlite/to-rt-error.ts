import { basename } from 'node:path'
import { type ErrorCode, RtError } from '@rt/core'
import { primaryCode } from './failure.ts'
import type { Failure } from './protocol.ts'

/** SQLite's primary result codes that have a code of their own (https://sqlite.org/rescode.html). */
const BUSY = 5
const LOCKED = 6
const KNOWN: Record<number, { code: ErrorCode; says: string; hint: string }> = {
  8: {
    code: 'read_only',
    says: 'is open for reading only here',
    hint: 'Write with write() or transaction() on a database opened without readOnly; check that the file is writable.',
  },
  11: { code: 'database_corrupt', says: 'is damaged', hint: 'Restore it from a backup; the file was left as it is.' },
  13: {
    code: 'disk_full',
    says: 'cannot grow: the disk is full',
    hint: 'Free some space and try again; nothing of this write was stored.',
  },
  26: {
    code: 'database_corrupt',
    says: 'is not a SQLite database, or its first page is damaged',
    hint: 'Restore it from a backup, or move it away to start with an empty one; the file was left as it is.',
  },
}

/** A failure of the worker as the caller's error. Names the file without its folder, never a bound value. */
export const toRtError = ({ kind, message, errcode, poisoned, versions }: Failure, path: string): RtError => {
  const file = basename(path)
  if (versions) return versionError(kind, file, message, versions)
  if (errcode === undefined) return new RtError({ code: 'database_error', message: `${file}: ${message}.` })
  const data = { sqlite: errcode }
  if (poisoned) {
    return new RtError({
      code: 'database_error',
      message: `${file} takes no more writes: the disk reported an error (${message}). Whether the write that met it is stored is open until the next start.`,
      hint: 'Check the disk, then close the database and open it again. Reading still works.',
      data,
    })
  }
  const primary = primaryCode(errcode)
  const known = KNOWN[primary]
  if (known) {
    return new RtError({ code: known.code, message: `${file} ${known.says} (${message}).`, hint: known.hint, data })
  }
  if (primary === BUSY || primary === LOCKED) {
    return new RtError({
      code: 'database_error',
      message: `${file} is locked by another process (${message}).`,
      hint: 'Try again, or stop the other process.',
      retryable: true,
      data,
    })
  }
  return new RtError({ code: 'database_error', message: `${file}: SQLite refused: ${message}.`, data })
}

const versionError = (
  kind: Failure['kind'],
  file: string,
  namespace: string,
  { found, known }: { found: number; known: number },
): RtError =>
  kind === 'newer'
    ? new RtError({
        code: 'database_newer',
        message: `${file} holds "${namespace}" in version ${found}; this program knows version ${known}. Nothing was changed.`,
        hint: 'Use the newer version of rt that wrote it, or another data folder.',
        data: { namespace, found, known },
      })
    : new RtError({
        code: 'read_only',
        message: `${file} holds "${namespace}" in version ${found} and must be brought to version ${known}, but is open for reading only.`,
        hint: 'Open it once for writing (start the program that owns the folder in this version), then read.',
        data: { namespace, found, known },
      })
