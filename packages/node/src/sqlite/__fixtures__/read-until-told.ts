// Opens a database beside others for reading, says so, and closes it when its input ends.
import { once } from 'node:events'
import { openDatabase } from '../open-database.ts'

await using database = await openDatabase({ path: process.argv[2]!, readOnly: true })
await database.get('SELECT count(*) FROM sqlite_schema')
console.log('open')
await once(process.stdin.resume(), 'end')
