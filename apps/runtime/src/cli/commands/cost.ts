import { type CostRow, inputTokens } from '@rt/core'
import { called } from '../called.ts'
import { type CommandDefinition, DATA_FLAG, JSON_FLAG, text } from '../command.ts'
import { formatTable } from '../output/table.ts'
import { toJson } from '../output/to-json.ts'
import { count, duration, plural } from '../output/units.ts'
import { positiveInteger } from '../positive-integer.ts'
import { withData } from '../with-data.ts'

const DAYS = 30

export const command: CommandDefinition = {
  name: 'cost',
  summary: 'What models did and what it cost, by day and model',
  flags: {
    ...DATA_FLAG,
    ...JSON_FLAG,
    days: { type: 'string', value: 'N', description: `How many days to look back (default ${DAYS})` },
  },
  examples: ['rt cost', 'rt cost --days 7', 'rt cost --days 1 --json'],
  async run(context) {
    const days = positiveInteger(command, 'days', text(context.flags['days']), DAYS)
    const rows = (await withData(context, (runtime) => runtime.cost({ days }))) ?? []
    if (context.flags['json']) process.stdout.write(`${toJson(rows)}\n`)
    else if (rows.length) process.stdout.write(`${formatCosts(rows)}\n`)
    else process.stdout.write(` no model was asked in the last ${plural(days, 'day')} (${called} chat asks one)\n`)
  },
}

/** A row for each day and model, and one for all. A price that is not known is never shown as 0. */
export const formatCosts = (rows: CostRow[]): string => {
  const total = rows.reduce(
    (sum, { calls, localMs }) => ({ calls: sum.calls + calls, localMs: sum.localMs + localMs }),
    {
      calls: 0,
      localMs: 0,
    },
  )
  const tokens = (value: (row: CostRow) => number): string => count(rows.reduce((sum, row) => sum + value(row), 0))
  return formatTable(
    [
      { title: 'day' },
      { title: 'model', most: 40 },
      { title: 'calls', align: 'right' },
      { title: 'tokens in', align: 'right' },
      { title: 'cached', align: 'right' },
      { title: 'tokens out', align: 'right' },
      { title: 'USD', align: 'right' },
      { title: 'local time', align: 'right' },
    ],
    [
      ...rows.map(({ day, model, calls, usage, usd, localMs }) => [
        day,
        model,
        count(calls),
        count(inputTokens(usage)),
        count(usage.cacheRead),
        count(usage.output),
        formatUsd(usd),
        localMs ? duration(localMs) : '-',
      ]),
      [
        'total',
        '',
        count(total.calls),
        tokens(({ usage }) => inputTokens(usage)),
        tokens(({ usage }) => usage.cacheRead),
        tokens(({ usage }) => usage.output),
        totalUsd(rows),
        total.localMs ? duration(total.localMs) : '-',
      ],
    ],
  )
}

// ---

/** Four digits where less would show a cost as none. */
const formatUsd = (usd: number | null): string => {
  if (usd === null) return 'unknown'
  return usd > 0 && usd < 0.01 ? usd.toPrecision(2) : usd.toFixed(2)
}

const totalUsd = (rows: CostRow[]): string => {
  const priced = rows.filter(({ usd }) => usd !== null)
  const known = priced.reduce((sum, { usd }) => sum + (usd ?? 0), 0)
  if (priced.length === rows.length) return formatUsd(known)
  return known ? `${formatUsd(known)} + unknown` : 'unknown'
}
