import { RtError } from '@rt/core'
import type { Table } from '@lancedb/lancedb'

/**
 * A change that is read back before it counts. LanceDB 0.39 drops the error of the last write to a file: a disk that was
 * full, or failed, for just that write leaves a file without its end, and a collection that cannot be read any more. Then
 * the version before is put back. The caller holds the lock.
 *
 * @param check reads what was written.
 * @throws RtError `database_error`; nothing of the change is kept then.
 */
export const verified = async <T>(
  table: Table,
  change: () => Promise<T>,
  check: (result: T) => Promise<unknown>,
): Promise<T> => {
  const before = await table.version()
  const result = await change()
  try {
    await check(result)
    return result
  } catch (cause) {
    try {
      await table.checkout(before)
      await table.restore()
    } finally {
      await table.checkoutLatest()
    }
    throw new RtError({
      code: 'database_error',
      message: 'LanceDB stored a change without an error, but it cannot be read back; it was undone.',
      hint: 'Check that the disk has space and is in order, then try again; nothing of this write was stored.',
      retryable: true,
      cause,
    })
  }
}

/** Opens every file of the newest version. */
export const readAll = async (table: Table): Promise<void> => {
  await table.countRows('checksum >= 0')
}
