// Writes numbered pairs of rows until it is killed, and prints each number once its write has resolved.
import { openDatabase } from '../open-database.ts'

const database = await openDatabase({ path: process.argv[2]! })
await database.migrate('test', ['CREATE TABLE pair (n INTEGER, half INTEGER)'])
for (let n = 1; ; n++) {
  await database.write({ sql: 'INSERT INTO pair VALUES (?, ?)', each: [[n, 1], [n, 2]] })
  process.stdout.write(`${n}\n`)
}
