import { called } from '../called.ts'
import { style } from '../output/style.ts'
import type { WatchedTurn } from '../output/watch-turn.ts'
import { describeCall } from './describe-call.ts'

/** What a turn waits for, and how to decide. */
export const sayWaiting = ({ approvals = [] }: Pick<WatchedTurn, 'approvals'>): string => {
  const lines = approvals.flatMap((request) => {
    const which = `${request.run}${approvals.length > 1 ? ` ${request.id}` : ''}`
    const hint = `  ${called} runs approve ${which}   or   ${called} runs deny ${which}`
    return [
      `${style('yellow', 'waits', process.stderr)}  ${describeCall(request).replace('\n', '\n       ')}`,
      request.run === undefined ? '' : style('dim', hint, process.stderr),
    ]
  })
  return lines.map((line) => line && `${line}\n`).join('')
}
