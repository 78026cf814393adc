import type { CostRow } from '@rt/core'
import { formatCost } from '@rt/observe/trace'
import { called } from '../called.ts'
import { type CommandDefinition, DATA_FLAGS, JSON_FLAG, text } from '../command.ts'
import { printableLine } from '../output/printable.ts'
import { takesColor } from '../output/style.ts'
import { toJson } from '../output/to-json.ts'
import { plural } from '../output/units.ts'
import { positiveInteger } from '../positive-integer.ts'
import { withData } from '../with-data.ts'

const DAYS = 30

export const command: CommandDefinition = {
  name: 'cost',
  summary: 'What models did and what it cost, by day and model',
  flags: {
    ...DATA_FLAGS,
    ...JSON_FLAG,
    days: { type: 'string', value: 'N', description: `How many days to look back (default ${DAYS})` },
    strict: { type: 'boolean', description: 'Exit with 1 when a price is unknown, for alerts' },
  },
  examples: ['rt cost', 'rt cost --days 7', 'rt cost --days 1 --json', 'rt cost --days 1 --strict'],
  async run(context) {
    const days = positiveInteger(command, 'days', text(context.flags['days']), DAYS)
    const rows = (await withData(context, (runtime) => runtime.cost({ days }))) ?? []
    const unpriced = [...new Set(rows.filter(({ usd }) => usd === null).map(({ model }) => printableLine(model)))]
    if (context.flags['json']) process.stdout.write(`${toJson(rows)}\n`)
    else if (rows.length) process.stdout.write(`${format(rows)}\n${unpricedNote(unpriced)}`)
    else process.stdout.write(` no model was asked in the last ${plural(days, 'day')} (${called} chat asks one)\n`)
    return context.flags['strict'] && unpriced.length ? 1 : 0
  },
}

const format = (rows: CostRow[]): string => formatCost(rows, { color: takesColor(), width: process.stdout.columns })

/** Which models have no price, and how to give them one. */
const unpricedNote = (models: string[]): string => {
  if (models.length === 0) return ''
  const providers = [...new Set(models.filter((model) => model.includes('/')).map((model) => model.split('/', 1)[0]!))]
  return [
    '',
    ` not in the sum, for some or all of their calls: no price is known of ${models.join(', ')}`,
    ' give one in config.toml, in USD per million tokens; it holds for calls from then on:',
    ...(providers.length ? providers : ['NAME']).flatMap((name) => [
      `   [providers.${/^[\w-]+$/.test(name) ? name : JSON.stringify(name)}]`,
      '   price = { input = 3, output = 15 }',
    ]),
    '',
  ].join('\n')
}
