import { formatCost } from '@rt/observe/trace'
import { called } from '../called.ts'
import { type CommandDefinition, DATA_FLAGS, JSON_FLAG, text } from '../command.ts'
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
  },
  examples: ['rt cost', 'rt cost --days 7', 'rt cost --days 1 --json'],
  async run(context) {
    const days = positiveInteger(command, 'days', text(context.flags['days']), DAYS)
    const rows = (await withData(context, (runtime) => runtime.cost({ days }))) ?? []
    if (context.flags['json']) process.stdout.write(`${toJson(rows)}\n`)
    else if (rows.length)
      process.stdout.write(`${formatCost(rows, { color: takesColor(), width: process.stdout.columns })}\n`)
    else process.stdout.write(` no model was asked in the last ${plural(days, 'day')} (${called} chat asks one)\n`)
  },
}
