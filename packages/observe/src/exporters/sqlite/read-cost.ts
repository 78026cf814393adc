import { addUsage, type CostRow, emptyUsage, RtError } from '@rt/core'
import type { Database } from '@rt/node/sqlite'
import { OWN_PROVIDER } from '../../cost/model-name.ts'
import { PRICED_OPERATIONS, SEMCONV } from '../../semconv.ts'

export interface CostOptions {
  /** Days of this machine's calendar, today included. Default 30. */
  days?: number
  /** The end of it, in milliseconds since 1970. Default: the system's time. */
  now?: number
}

/** Every time zone begins its day at a whole quarter of an hour. */
const QUARTER_MS = 15 * 60_000

interface CallsRow {
  quarter: number
  model: string
  calls: number
  input: number
  cache_read: number
  cache_write: number
  output: number
  reasoning: number
  usd: number
  unpriced: number
  local_ms: number
}

/** Names with dots in them stand in quotes in SQLite's JSON paths. */
const attribute = (name: string): string => `attributes ->> '$."${name}"'`
const count = (name: string): string => `max(0, coalesce(${attribute(name)}, 0))`
const OPERATIONS = [...PRICED_OPERATIONS].map((operation) => `'${String(operation)}'`).join(', ')

/**
 * SQLite adds up, so that a year of spans does not come through memory; only whole days are put together here, because
 * SQLite takes the time zone from elsewhere than Node (and has none where the system has no zone files).
 */
const CALLS = `
  WITH calls AS (
    SELECT
      CAST(start_ms / ${QUARTER_MS} AS INTEGER) AS quarter,
      duration_ms,
      coalesce(nullif(${attribute(SEMCONV.provider)}, '${OWN_PROVIDER}') || '/', '')
        || coalesce(${attribute(SEMCONV.requestModel)}, 'unknown') AS model,
      ${attribute(SEMCONV.costUnknown)} IS NOT NULL AS unknown,
      ${count(SEMCONV.inputTokens)} AS total_input,
      ${count(SEMCONV.cacheReadTokens)} AS cache_read,
      ${count(SEMCONV.cacheWriteTokens)} AS cache_write,
      ${count(SEMCONV.outputTokens)} AS output,
      ${count(SEMCONV.reasoningTokens)} AS reasoning,
      ${attribute(SEMCONV.costUsd)} AS usd,
      coalesce(${attribute(SEMCONV.local)}, 0) AS local
    FROM spans
    WHERE start_ms >= ? AND start_ms <= ? AND ${attribute(SEMCONV.operation)} IN (${OPERATIONS})
  )
  SELECT
    quarter,
    model,
    count(*) AS calls,
    sum(max(0, total_input - cache_read - cache_write)) AS input,
    sum(cache_read) AS cache_read,
    sum(cache_write) AS cache_write,
    sum(output) AS output,
    sum(reasoning) AS reasoning,
    total(usd) AS usd,
    sum(unknown OR (usd IS NULL AND NOT local AND total_input + output > 0)) AS unpriced,
    total(iif(local, duration_ms, 0)) AS local_ms
  FROM calls
  GROUP BY quarter, model
  ORDER BY quarter DESC`

/** What models did, by local day and model: newest day first, within it the model with the most calls. */
export const readCost = async (
  database: Database,
  { days = 30, now = Date.now() }: CostOptions = {},
): Promise<CostRow[]> => {
  if (!Number.isInteger(days) || days < 1) {
    throw new RtError({
      code: 'invalid_request',
      message: `days is ${days}; it must be a whole number from 1.`,
      hint: 'days: 30 is the last month, days: 1 is today.',
    })
  }
  const rows = new Map<string, CostRow>()
  for (const calls of await database.all<CallsRow>(CALLS, [firstMoment(now, days), now])) {
    const day = localDay(calls.quarter * QUARTER_MS)
    const key = `${day} ${calls.model}`
    rows.set(key, add(rows.get(key) ?? emptyRow(day, calls.model), calls))
  }
  return [...rows.values()].toSorted((a, b) => compare(b.day, a.day) || b.calls - a.calls || compare(a.model, b.model))
}

const emptyRow = (day: string, model: string): CostRow => ({
  day,
  model,
  calls: 0,
  usage: emptyUsage(),
  usd: 0,
  localMs: 0,
})

const add = (row: CostRow, { calls, unpriced, usd, local_ms: localMs, ...counts }: CallsRow): CostRow => {
  const { input, output, reasoning, cache_read: cacheRead, cache_write: cacheWrite } = counts
  return {
    ...row,
    calls: row.calls + calls,
    usage: addUsage(row.usage, { input, cacheRead, cacheWrite, output, reasoning }),
    // One call of unknown price makes the sum unknown, not too small.
    usd: row.usd === null || unpriced > 0 ? null : row.usd + usd,
    localMs: row.localMs + localMs,
  }
}

const firstMoment = (now: number, days: number): number => {
  const today = new Date(now)
  return new Date(today.getFullYear(), today.getMonth(), today.getDate() - (days - 1)).getTime()
}

const localDay = (time: number): string => {
  const date = new Date(time)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
