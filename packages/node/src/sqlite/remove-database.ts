import { rm } from 'node:fs/promises'

/** A database file with what SQLite may have put beside it. */
export const removeDatabase = async (path: string): Promise<void> => {
  for (const suffix of ['', '-wal', '-shm', '-journal']) await rm(path + suffix, { force: true }).catch(() => {})
}
