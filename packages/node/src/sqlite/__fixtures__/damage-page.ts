import { closeSync, openSync, writeSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

/** Overwrites the first page of a table or index of a file that nobody has open. */
export const damagePage = (path: string, name: string): void => {
  const database = new DatabaseSync(path)
  const { page_size: size } = database.prepare('PRAGMA page_size').get() as { page_size: number }
  const found = database.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(name)
  database.close()
  const file = openSync(path, 'r+')
  writeSync(file, new Uint8Array(size).fill(0xff), 0, size, (Number(found?.['rootpage']) - 1) * size)
  closeSync(file)
}
