// Every line here is public API of @rt/observe/sqlite: adding one is a decision.

export { createSqliteExporter } from './create-sqlite-exporter.ts'
export { createTraceReader } from './create-trace-reader.ts'

export type { SqliteExporterOptions } from './create-sqlite-exporter.ts'
export type { TraceReader } from './create-trace-reader.ts'
export type { CostOptions } from './read-cost.ts'
