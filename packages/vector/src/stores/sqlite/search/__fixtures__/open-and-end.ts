// Opens a store that holds something, and neither searches nor closes it.
import { createSqliteStore } from '../../../../index.ts'

await createSqliteStore({ path: process.argv[2]! })
