// One call on each side of two midnights of this process's time zone, over the end of a summer time.
import { openDatabase } from '@rt/node/sqlite'
import { createSqliteExporter } from '../create-sqlite-exporter.ts'
import { createTraceReader } from '../create-trace-reader.ts'

const times = [
  new Date(2026, 9, 31, 23, 59),
  new Date(2026, 10, 1, 0, 1),
  new Date(2026, 10, 1, 23, 59),
  new Date(2026, 10, 2, 0, 1),
]
await using database = await openDatabase({ path: process.argv[2]! })
await createSqliteExporter({ database, keepDays: 1e6 })
const attributes = JSON.stringify({ 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' })
await database.write({
  sql: "INSERT INTO spans VALUES (?, 'a', NULL, 'chat', ?, 1, 'ok', NULL, ?, '[]')",
  each: times.map((time, index) => [String(index), time.getTime(), attributes]),
})
const rows = await createTraceReader({ database }).cost({ now: new Date(2026, 10, 2, 12).getTime() })
console.log(JSON.stringify(rows.map(({ day, calls }) => [day, calls])))
