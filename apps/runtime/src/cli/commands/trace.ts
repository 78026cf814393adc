import { formatTrace } from '@rt/observe/trace'
import type { Runtime } from '../../runtime.ts'
import { type CommandDefinition, DATA_FLAG, JSON_FLAG } from '../command.ts'
import { withRuntime } from '../open.ts'
import { takesColor } from '../output/style.ts'
import { duration } from '../output/units.ts'
import { usage } from '../parse.ts'

export const command: CommandDefinition = {
  name: 'trace',
  summary: 'Show what happened, step by step; works while rt serve runs',
  positionals: '[last | list | show ID]',
  min: 0,
  max: 2,
  flags: { ...DATA_FLAG, ...JSON_FLAG },
  examples: ['rt trace', 'rt trace list', 'rt trace show 4bf9', 'rt trace last --json'],
  async run(context) {
    const [what = 'last', id] = context.args
    if (!['last', 'list', 'show'].includes(what)) throw usage(command, `"${what}" is none of last, list, show.`)
    if (what === 'show' && !id) throw usage(command, 'show needs a trace id, or the beginning of one.')
    if (what !== 'show' && id) throw usage(command, `"${id}" is one argument too many.`)
    await withRuntime(context, { readOnly: true }, (runtime) =>
      what === 'list'
        ? list(runtime, context.flags['json'] === true)
        : show(runtime, id, context.flags['json'] === true),
    )
  },
}

const show = async (runtime: Runtime, id: string | undefined, json: boolean): Promise<void> => {
  const trace = id === undefined ? await runtime.trace.last() : await runtime.trace.get(id)
  if (json) process.stdout.write(`${JSON.stringify(trace ?? null, null, 2)}\n`)
  else if (trace)
    process.stdout.write(`${formatTrace(trace, { color: takesColor(), width: process.stdout.columns })}\n`)
  else process.stdout.write(' no trace yet\n')
}

const list = async (runtime: Runtime, json: boolean): Promise<void> => {
  const traces = await runtime.trace.list({ limit: 20 })
  if (json) process.stdout.write(`${JSON.stringify(traces, null, 2)}\n`)
  else if (!traces.length) process.stdout.write(' no trace yet\n')
  for (const { traceId, name, startedAt, ms, status } of json ? [] : traces)
    process.stdout.write(
      ` ${traceId.slice(0, 8)}  ${new Date(startedAt).toISOString()}  ${duration(ms).padStart(8)}  ${status.padEnd(5)}  ${name}\n`,
    )
}
