import type { RunInfo } from '@rt/core'
import { printableLine } from '../output/printable.ts'
import { style } from '../output/style.ts'
import { formatTable } from '../output/table.ts'
import { count, localTime, plural } from '../output/units.ts'
import { describeCall } from './describe-call.ts'
import { statusOf } from './find-run.ts'

/** As much of an id as is typed. */
const shortId = (id: string): string => id.slice(0, 8)

export const formatRuns = (runs: RunInfo[]): string =>
  formatTable(
    [
      { title: 'run' },
      { title: 'status' },
      { title: 'thread', most: 30 },
      { title: 'steps', align: 'right' },
      { title: 'waits for', most: 40 },
      { title: 'changed' },
    ],
    runs.map((run) => [
      shortId(run.id),
      statusOf(run),
      run.thread ?? '',
      count(run.step),
      undecided(run)
        .map(({ name }) => name)
        .join(', '),
      localTime(run.updatedAt),
    ]),
  )

export const formatRun = (run: RunInfo): string => {
  const facts = [
    ['run', run.id],
    ['status', statusOf(run)],
    ['thread', run.thread ?? ''],
    ['trace', run.traceId ?? ''],
    ['did', `${plural(run.step, 'step')}, ${plural(run.calls, 'tool call')}, ${plural(run.parts, 'part')}`],
    ['error', run.error?.message ?? ''],
  ]
  const lines = facts
    .filter(([, value]) => value)
    .map(([name, value]) => ` ${style('dim', name!.padEnd(8))}${printableLine(value!)}`)
  const calls = run.pending.flatMap(({ id, decision, reason, ...call }) => {
    if (reason === undefined) return []
    const said = decision ? (decision.approved ? 'approved' : 'denied') : 'waits'
    const described = describeCall({ ...call, reason }).replaceAll('\n', '\n           ')
    return [` ${said.padEnd(10)}${described}\n           ${style('dim', `call ${printableLine(id)}`)}`]
  })
  return [...lines, ...calls].join('\n')
}

/** Calls a person has not decided about. */
export const undecided = ({ status, pending }: RunInfo): (RunInfo['pending'][number] & { reason: string })[] =>
  status === 'waiting'
    ? pending.flatMap((call) => (call.reason !== undefined && !call.decision ? [{ ...call, reason: call.reason }] : []))
    : []
