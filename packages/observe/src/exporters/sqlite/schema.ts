export const NAMESPACE = 'observe'

/** Times are milliseconds, the start since 1970. Text columns hold JSON. */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE spans (
    trace_id TEXT NOT NULL,
    span_id TEXT NOT NULL,
    parent_id TEXT,
    name TEXT NOT NULL,
    start_ms REAL NOT NULL,
    duration_ms REAL NOT NULL,
    status TEXT NOT NULL,
    message TEXT,
    attributes TEXT NOT NULL,
    events TEXT NOT NULL,
    PRIMARY KEY (trace_id, span_id)
  ) WITHOUT ROWID;
  CREATE INDEX spans_root ON spans (start_ms) WHERE parent_id IS NULL;`,
]

export interface SpanRow {
  trace_id: string
  span_id: string
  parent_id: string | null
  name: string
  start_ms: number
  duration_ms: number
  status: 'ok' | 'error'
  message: string | null
  attributes: string
  events: string
}
