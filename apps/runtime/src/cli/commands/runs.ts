import type { RunInfo, RunOptions } from '@rt/core'
import type { RuntimeClient } from '../../runtime.ts'
import { askApprover } from '../../runs/ask-approver.ts'
import { type CommandContext, type CommandDefinition, CONFIG_FLAGS, DATA_FLAGS, JSON_FLAG, text } from '../command.ts'
import { withRuntime } from '../open.ts'
import { showTurn } from '../output/show-turn.ts'
import { toJson } from '../output/to-json.ts'
import { plural } from '../output/units.ts'
import { watchTurn } from '../output/watch-turn.ts'
import { approveHere } from '../runs/approve-here.ts'
import { decide } from '../runs/decide.ts'
import { findRun } from '../runs/find-run.ts'
import { formatRun, formatRuns, undecided } from '../runs/format-run.ts'
import { withData, WITHOUT_CONFIG } from '../with-data.ts'

const ONE = { positionals: 'RUN', min: 1, max: 1 }
const CALL = { positionals: 'RUN [CALL]', min: 1, max: 2 }

export const command: CommandDefinition = {
  name: 'runs',
  summary: 'See turns that wait for you or were interrupted, decide, and go on with them',
  subcommands: {
    list: { summary: 'Runs that are kept, the newest first (default)' },
    show: { summary: 'What a run did, and what it waits for', ...ONE },
    approve: { summary: 'Allow a call that waits; the run goes on when nothing else waits', ...CALL },
    deny: { summary: 'Refuse a call that waits, or all of them; the run goes on', ...CALL },
    resume: { summary: 'Go on with a run that was decided about, or interrupted', ...ONE },
    cancel: { summary: 'End a run', ...ONE },
    rm: { summary: 'Delete a run with all it streamed', ...ONE },
  },
  flags: {
    ...DATA_FLAGS,
    ...CONFIG_FLAGS,
    reason: { type: 'string', value: 'TEXT', description: 'What the model is told when you deny' },
    principal: { type: 'string', value: 'ID', description: 'Runs of the client with this key (rt key list --json)' },
    ...JSON_FLAG,
  },
  examples: [
    'rt runs',
    'rt runs show 4f1c0a2e',
    'rt runs approve 4f1c0a2e',
    'rt runs deny 4f1c0a2e --reason "Use the copy."',
    'rt runs resume 4f1c0a2e',
  ],
  async run(context) {
    const [what = 'list', id = '', call] = context.args
    if (what === 'list') return list(context)
    if (what === 'show') return show(context, id)
    if (what === 'cancel') return end(context, id, 'cancel')
    if (what === 'rm') return end(context, id, 'delete')
    const principal = optionsOf(context)
    return withRuntime(context, {}, async (runtime) => {
      let run = await findRun(runtime.runs, id, principal)
      if (what !== 'resume') {
        const reason = text(context.flags['reason'])
        run = await decide(runtime, run, { approved: what === 'approve', call, reason, options: principal })
        const left = undecided(run).length
        if (left) return void process.stderr.write(` ${plural(left, 'call')} of it still waiting\n`)
      }
      return goOn(context, runtime, run)
    })
  },
}

const list = async (context: CommandContext): Promise<void> => {
  const runs = (await withData(context, (runtime) => runtime.runs.list(optionsOf(context)))) ?? []
  if (context.flags['json']) process.stdout.write(`${toJson(runs)}\n`)
  else if (runs.length) process.stdout.write(`${formatRuns(runs)}\n`)
  else process.stdout.write(` no run is kept (turns that wait for you, and durable ones, are)\n`)
}

const show = async (context: CommandContext, id: string): Promise<void> => {
  const run = await withRuntime(context, { ...WITHOUT_CONFIG, readOnly: true }, (runtime) =>
    findRun(runtime.runs, id, optionsOf(context)),
  )
  process.stdout.write(context.flags['json'] ? `${toJson(run)}\n` : `${formatRun(run)}\n`)
}

const end = async (context: CommandContext, id: string, how: 'cancel' | 'delete'): Promise<void> => {
  const { run, done } = await withRuntime(context, WITHOUT_CONFIG, async ({ runs }) => {
    const found = await findRun(runs, id, optionsOf(context))
    return { run: found, done: await runs[how](found.id, optionsOf(context)) }
  })
  const outcome = how === 'cancel' ? 'cancelled' : 'deleted'
  if (context.flags['json']) process.stdout.write(`${toJson({ run: run.id, [outcome]: done })}\n`)
  else process.stdout.write(done ? ` ${outcome} ${run.id}\n` : ` ${run.id} had ended: it is ${run.status}\n`)
}

/** The answer, as `rt chat` shows it. */
const goOn = async ({ flags, signal }: CommandContext, { runs }: RuntimeClient, run: RunInfo): Promise<void> => {
  const options: RunOptions = { signal, principal: run.principal }
  const approve = approveHere()
  const resumed = runs.resume(run.id, options)
  const stream = approve
    ? askApprover(runs, resumed, { approve, principal: run.principal, thread: run.thread, signal })
    : resumed
  if (!flags['json']) return void (await showTurn(stream))
  process.stdout.write(`${toJson({ run: run.id, ...(await watchTurn(stream, {})) })}\n`)
}

const optionsOf = ({ flags, signal }: CommandContext): RunOptions => {
  const principal = text(flags['principal'])
  return { signal, ...(principal !== undefined && { principal }) }
}
