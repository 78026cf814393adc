// Opens a database beside its owner, for reading only.
import { RtError } from '@rt/core'
import { openDatabase } from '../open-database.ts'

await using database = await openDatabase({ path: process.argv[2]!, readOnly: true })
const row = await database.get<{ n: number }>('SELECT count(*) AS n FROM item')
const refused = await database.write({ sql: 'DELETE FROM item' }).catch((error: unknown) => error)
console.log(JSON.stringify({ n: row?.n, refused: RtError.isInstance(refused) && refused.code }))
