// Spans to a file, and the tree read back from it.
import { strict as assert } from 'node:assert'
import { existsSync } from 'node:fs'
import { openDatabase } from '@rt/node/sqlite'
import { createTelemetry } from '@rt/observe'
import { createSqliteExporter, createTraceReader } from '@rt/observe/sqlite'
import { formatTrace } from '@rt/observe/trace'

const database = await openDatabase({ path: 'traces.db' })
const telemetry = createTelemetry({ exporters: [await createSqliteExporter({ database })] })
const request = telemetry.span('request')
request.child('retrieval handbook', { 'gen_ai.operation.name': 'retrieval' }).end()
request.end()
await telemetry.flush()

const trace = await createTraceReader({ database }).last()
assert.ok(trace && existsSync('traces.db'))
const text = formatTrace(trace, { color: false })
assert.match(text, /retrieval/)
await telemetry[Symbol.asyncDispose]()
await database[Symbol.asyncDispose]()
console.log('ok observe:', text.split('\n')[0])
