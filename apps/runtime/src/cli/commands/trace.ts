import { RtError, totalTokens, type Trace, type TraceSummary } from '@rt/core'
import { formatTrace } from '../../format-trace.ts'
import { called } from '../called.ts'
import { type CommandContext, type CommandDefinition, DATA_FLAGS, JSON_FLAG, text } from '../command.ts'
import { printableDeep } from '../output/printable.ts'
import { takesColor } from '../output/style.ts'
import { formatTable } from '../output/table.ts'
import { toJson } from '../output/to-json.ts'
import { count, duration, localTime } from '../output/units.ts'
import { positiveInteger } from '../positive-integer.ts'
import { withData } from '../with-data.ts'

const EMPTY = ` no trace yet (${called} chat makes one)\n`

export const command: CommandDefinition = {
  name: 'trace',
  summary: 'Show what happened, step by step; works while rt serve runs',
  subcommands: {
    last: { summary: 'The newest request as a tree (default)' },
    list: { summary: 'Requests, the newest first' },
    show: { summary: 'One request, by its id or the beginning of it', positionals: 'ID', min: 1, max: 1 },
  },
  flags: {
    ...DATA_FLAGS,
    ...JSON_FLAG,
    limit: { type: 'string', short: 'k', value: 'N', description: 'Most requests to list (default 20)' },
  },
  examples: ['rt trace', 'rt trace list', 'rt trace show 4bf9', 'rt trace last --json'],
  async run(context) {
    const [what = 'last', id] = context.args
    return what === 'list' ? list(context) : show(context, id)
  },
}

const show = async (context: CommandContext, id: string | undefined): Promise<void> => {
  const trace = await withData(context, async (runtime) =>
    id === undefined ? runtime.trace.last() : runtime.trace.get(id),
  )
  if (!trace && id !== undefined) throw noTrace(id)
  if (context.flags['json']) process.stdout.write(`${toJson(trace ?? null)}\n`)
  else process.stdout.write(trace ? `${format(trace)}\n` : EMPTY)
}

const list = async (context: CommandContext): Promise<void> => {
  const limit = positiveInteger(command, 'limit', text(context.flags['limit']), 20)
  const traces = (await withData(context, (runtime) => runtime.trace.list({ limit }))) ?? []
  if (context.flags['json']) process.stdout.write(`${toJson(traces)}\n`)
  else process.stdout.write(traces.length ? `${formatList(traces)}\n` : EMPTY)
}

// ---

const format = (trace: Trace): string =>
  formatTrace(printableDeep(trace), { color: takesColor(), width: process.stdout.columns })

const formatList = (traces: TraceSummary[]): string =>
  formatTable(
    [
      { title: 'trace' },
      { title: 'when' },
      { title: 'took', align: 'right' },
      { title: 'tokens', align: 'right' },
      { title: 'status' },
      { title: 'what', most: 30 },
      { title: 'models', most: 50 },
    ],
    traces.map(({ traceId, startedAt, ms, usage, status, name, thread, models }) => [
      traceId.slice(0, 8),
      localTime(startedAt),
      duration(ms),
      count(totalTokens(usage)),
      status,
      thread === undefined ? name : `${name} ${thread}`,
      models.join(', '),
    ]),
  )

const noTrace = (id: string): RtError =>
  new RtError({ code: 'not_found', message: `there is no trace "${id}".`, hint: `See: ${called} trace list` })
