// oxlint-disable no-restricted-imports -- a user's program, which imports this package by its name
import { openDatabase } from '@rt/node/sqlite'
import { createTelemetry } from '@rt/observe'
import { createSqliteExporter, createTraceReader } from '@rt/observe/sqlite'
import { formatTrace } from '@rt/observe/trace'

await using database = await openDatabase({ path: 'rt.db' })
await using telemetry = createTelemetry({ exporters: [await createSqliteExporter({ database })] })

const request = telemetry.span('request')
request.child('retrieval handbook', { 'gen_ai.operation.name': 'retrieval' }).end()
request.end()

await telemetry.flush()
const trace = await createTraceReader({ database }).last()
if (trace) console.log(formatTrace(trace, { color: process.stdout.isTTY }))
