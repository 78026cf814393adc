// Does not close the database: the process must end all the same, and only after the write.
import { openDatabase } from '../open-database.ts'

const database = await openDatabase({ path: process.argv[2]! })
await database.write([{ sql: 'CREATE TABLE item (x)' }, { sql: 'INSERT INTO item VALUES (1)' }])
console.log((await database.get<{ n: number }>('SELECT count(*) AS n FROM item'))?.n)
void database.write({ sql: 'INSERT INTO item VALUES (2)' }).then(() => console.log('written'))
