import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { testFolder } from '../sqlite/__fixtures__/test-folder.ts'
import { openDatabase } from '../sqlite/index.ts'
import { dumpDatabase, loadDump, watchMigrations } from './index.ts'

const folder = testFolder()

test('a dump makes the same database again, full-text indexes included', async () => {
  const path = folder.file('rt.db')
  const made = new DatabaseSync(path)
  made.exec(`CREATE TABLE item (id INTEGER PRIMARY KEY AUTOINCREMENT, "odd ""name" TEXT, real REAL, bytes BLOB) STRICT;
    CREATE INDEX item_real ON item (real) WHERE real > 0;
    CREATE TABLE pair (a TEXT, b INTEGER, PRIMARY KEY (a, b)) WITHOUT ROWID;
    CREATE VIRTUAL TABLE words USING fts5 (text, content = '', contentless_delete = 1, tokenize = 'porter unicode61');
    INSERT INTO item VALUES (7, 'it''s
      two lines ∞', 0.1, x'00ff'), (9, NULL, -1e300, NULL);
    DELETE FROM item WHERE id = 9;
    INSERT INTO pair VALUES ('b', 9007199254740993), ('a', 1);
    INSERT INTO words (rowid, text) VALUES (3, 'running meals'), (4, 'meal');
    DELETE FROM words WHERE rowid = 4`)
  made.close()
  const dump = dumpDatabase(path)
  loadDump(dump, folder.file('again.db'))
  expect(dumpDatabase(folder.file('again.db'))).toBe(dump)

  const again = new DatabaseSync(folder.file('again.db'))
  expect(again.prepare("SELECT rowid FROM words WHERE words MATCH 'meal'").all()).toEqual([{ rowid: 3 }])
  expect(again.prepare('SELECT id, "odd ""name" AS text, real, bytes FROM item').all()).toEqual([
    { id: 7, text: "it's\n      two lines ∞", real: 0.1, bytes: Uint8Array.of(0, 255) },
  ])
  again.exec('INSERT INTO item (real) VALUES (1)')
  expect(again.prepare('SELECT max(id) AS id FROM item').get()).toEqual({ id: 10 })
  expect(again.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
  again.close()
})

test('watchMigrations tells who asked for what, and passes it on', async () => {
  await using database = await openDatabase({ path: folder.file('rt.db') })
  const watched = watchMigrations(database)
  await watched.database.migrate('items', ['CREATE TABLE item (x)'])
  expect([...watched.migrations]).toEqual([['items', ['CREATE TABLE item (x)']]])
  expect(await watched.database.all('SELECT * FROM item')).toEqual([])
})
