import { type CostRow, RtError, type Trace, type TraceSummary } from '@rt/core'
import type { Database } from '@rt/node/sqlite'
import { buildTrace, type FlatSpan } from '../../trace/build-trace.ts'
import { formatTrace } from '../../trace/format-trace.ts'
import { type CostOptions, readCost } from './read-cost.ts'
import type { SpanRow } from './schema.ts'

const DEFAULT_LIMIT = 20
const LISTED = 5
const SPANS = 'SELECT * FROM spans WHERE trace_id = ?'

export interface TraceReader {
  /** The request that began last and has ended. */
  last(): Promise<Trace | undefined>
  /**
   * @param idOrPrefix a trace id, or its first characters when they fit one trace only.
   * @throws RtError `not_found`; `invalid_request` when a prefix fits several, listing some.
   */
  get(idOrPrefix: string): Promise<Trace>
  /** Newest first. Default 20. */
  list(options?: { limit?: number }): Promise<TraceSummary[]>
  /** What models did, by local day and model, newest day first. Default: the last 30 days, today included. */
  cost(options?: CostOptions): Promise<CostRow[]>
}

/** Reads what `createSqliteExporter` keeps. The database may be read-only, beside an owner, and without traces yet. */
export const createTraceReader = ({ database }: { database: Database }): TraceReader => {
  const read = async (traceId: string): Promise<Trace> =>
    printedAsTree(buildTrace(traceId, (await database.all<SpanRow>(SPANS, [traceId])).map(toSpan)))

  const newest = async (limit: number): Promise<string[]> => {
    if (!(await hasTable(database))) return []
    const sql = 'SELECT trace_id FROM spans WHERE parent_id IS NULL ORDER BY start_ms DESC LIMIT ?'
    return (await database.all<Pick<SpanRow, 'trace_id'>>(sql, [limit])).map(({ trace_id }) => trace_id)
  }
  return {
    async last() {
      const [traceId] = await newest(1)
      return traceId === undefined ? undefined : read(traceId)
    },
    async get(idOrPrefix) {
      return read(await findId(database, idOrPrefix))
    },
    async list({ limit = DEFAULT_LIMIT } = {}) {
      return (await Promise.all((await newest(limit)).map(read))).map(summarize)
    },
    async cost(options) {
      return (await hasTable(database)) ? readCost(database, options) : []
    },
  }
}

/** `console.log(trace)` shows the tree; the data stays as it is for programs. */
const printedAsTree = (trace: Trace): Trace =>
  Object.defineProperty(trace, Symbol.for('nodejs.util.inspect.custom'), { value: () => formatTrace(trace) })

const summarize = (trace: Trace): TraceSummary => {
  const { spans: _, ...summary } = trace
  return summary
}

const findId = async (database: Database, idOrPrefix: string): Promise<string> => {
  const prefix = idOrPrefix.toLowerCase()
  const missing = (): RtError =>
    new RtError({
      code: 'not_found',
      message: `no trace has the id "${idOrPrefix}".`,
      hint: 'The list of traces has them: rt trace list.',
    })
  if (!/^[0-9a-f]{1,32}$/.test(prefix) || !(await hasTable(database))) throw missing()
  // 'g' is the first character after the hexadecimal digits: the range is an index scan.
  const sql = `SELECT DISTINCT trace_id FROM spans WHERE trace_id >= ? AND trace_id < ? LIMIT ${LISTED + 1}`
  const rows = await database.all<Pick<SpanRow, 'trace_id'>>(sql, [prefix, `${prefix}g`])
  const [first, ...others] = rows.map(({ trace_id }) => trace_id)
  if (first === undefined) throw missing()
  if (others.length === 0) return first
  const candidates = [first, ...others].slice(0, LISTED)
  throw new RtError({
    code: 'invalid_request',
    message: `more than one trace begins with "${idOrPrefix}": ${candidates.join(', ')}${rows.length > LISTED ? ', …' : ''}`,
    hint: 'Give more characters of the id.',
    data: { candidates },
  })
}

const hasTable = async (database: Database): Promise<boolean> =>
  (await database.get("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'spans'")) !== undefined

const toSpan = (row: SpanRow): FlatSpan => ({
  spanId: row.span_id,
  parentId: row.parent_id,
  name: row.name,
  startedAt: row.start_ms,
  ms: row.duration_ms,
  status: row.status,
  ...(row.message !== null && { message: row.message }),
  attributes: JSON.parse(row.attributes) as FlatSpan['attributes'],
  events: JSON.parse(row.events) as FlatSpan['events'],
})
