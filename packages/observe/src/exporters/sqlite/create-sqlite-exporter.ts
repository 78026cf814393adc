import type { ExportResult } from '@opentelemetry/core'
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base'
import type { Database, SqlValue } from '@rt/node/sqlite'
import { durationMs, startMs } from '../../span-time.ts'
import { MIGRATIONS, NAMESPACE } from './schema.ts'

const INSERT = 'INSERT OR REPLACE INTO spans VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'
/** Traces older than the limit go, root by root, so that none is left in halves. */
const PRUNE =
  'DELETE FROM spans WHERE trace_id IN (SELECT trace_id FROM spans WHERE parent_id IS NULL AND start_ms < ?)'
const DAY_MS = 86_400_000

export interface SqliteExporterOptions {
  /** An open, writable database. It stays open: whoever opened it closes it. */
  database: Database
  /** Traces older than this are deleted when the exporter is made. Default 30. */
  keepDays?: number
}

/** Keeps spans in the data file, one transaction a batch; `createTraceReader` reads them back as trees. */
export const createSqliteExporter = async ({
  database,
  keepDays = 30,
}: SqliteExporterOptions): Promise<SpanExporter> => {
  await database.migrate(NAMESPACE, MIGRATIONS)
  await database.write({ sql: PRUNE, params: [Date.now() - keepDays * DAY_MS] })
  return {
    export: (spans, done) => void insert(database, spans, done),
    shutdown: async () => {},
  }
}

const insert = async (
  database: Database,
  spans: ReadableSpan[],
  done: (result: ExportResult) => void,
): Promise<void> => {
  let result: ExportResult = { code: 0 } // ExportResultCode.SUCCESS
  try {
    await database.write({ sql: INSERT, each: spans.map(toRow) })
  } catch (error) {
    result = { code: 1, ...(error instanceof Error && { error }) } // ExportResultCode.FAILED
  }
  done(result)
}

const toRow = (span: ReadableSpan): SqlValue[] => {
  const { traceId, spanId } = span.spanContext()
  const failed = span.status.code === 2 // SpanStatusCode.ERROR
  const events = span.events.map(({ name, time: [seconds, nanoseconds], attributes = {} }) => ({
    name,
    at: seconds * 1000 + nanoseconds / 1e6,
    attributes,
  }))
  return [
    traceId,
    spanId,
    span.parentSpanContext?.spanId ?? null,
    span.name,
    startMs(span),
    durationMs(span),
    failed ? 'error' : 'ok',
    span.status.message ?? null,
    JSON.stringify(span.attributes),
    JSON.stringify(events),
  ]
}
