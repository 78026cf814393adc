// oxlint-disable no-restricted-imports -- a user's program, which imports this package by its name
import { ensureFolder } from '@rt/node/files'
import { acquireOwner, openDatabase } from '@rt/node/sqlite'

await ensureFolder('.rt')
await using owner = await acquireOwner({ folder: '.rt' }) // one process a folder; else `folder_owned`
await using database = await openDatabase({ path: '.rt/rt.db' })
await database.migrate('notes', ['CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL)'])

await database.write({ sql: 'INSERT INTO note (text) VALUES (?)', each: [['first'], ['second']] })
const notes = await database.all<{ id: number; text: string }>('SELECT * FROM note')

await database.transaction(async (transaction) => {
  const [row] = await transaction.all<{ n: number }>('SELECT count(*) AS n FROM note')
  await transaction.run({ sql: 'INSERT INTO note (text) VALUES (?)', params: [`number ${row!.n + 1}`] })
})
await database.backup('copy.db') // while it is used; `restore` puts it back, `checkIntegrity` looks for damage
console.log(owner.info.pid, notes.length)
