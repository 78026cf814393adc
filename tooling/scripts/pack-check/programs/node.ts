// SQLite behind worker threads, the lock of a data folder, an atomic file.
import { strict as assert } from 'node:assert'
import { ensureFolder, writeFileAtomic } from '@rt/node/files'
import { acquireOwner, openDatabase } from '@rt/node/sqlite'

await ensureFolder('data')
const owner = await acquireOwner({ folder: 'data' })
const database = await openDatabase({ path: 'data/notes.db' })
await database.migrate('notes', ['CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL)'])
await database.write({ sql: 'INSERT INTO note (text) VALUES (?)', each: [['first'], ['second']] })
const notes = await database.all<{ text: string }>('SELECT text FROM note ORDER BY id')
assert.deepEqual(
  notes.map(({ text }) => text),
  ['first', 'second'],
)
assert.equal(owner.info.pid, process.pid)
await writeFileAtomic('data/note.txt', 'kept')
await database[Symbol.asyncDispose]()
await owner[Symbol.asyncDispose]()
console.log('ok node:', notes.length, 'rows')
