import { RtError } from '@rt/core'
import type { ChildExit } from '@rt/node/process'

/** What those are told who waited for a child that ended unexpectedly. */
export const crashed = (name: string, exit: ChildExit): RtError => {
  const { code, signal, hung, output, memoryBytes } = exit
  return new RtError({
    code: 'engine_crashed',
    message: `the ${name} ${howItEnded(exit)}${memoryBytes ? `; it held ${Math.round(memoryBytes / 1e6)} MB of memory when last asked` : ''}.`,
    hint: isKilled(exit)
      ? 'A system that runs out of memory kills so: use a smaller model or context, or free memory. The engine restarts by itself: send the request again.'
      : 'Send the request again: the engine restarts by itself.',
    data: { engine: name, signal, exitCode: code, hung, ...(memoryBytes && { memoryBytes }) },
    cause: output ? new RtError({ code: 'engine_crashed', message: output }) : undefined,
  })
}

/** By another than us, who kill only what hangs. */
const isKilled = ({ signal, hung }: ChildExit): boolean => signal === 'SIGKILL' && !hung

const howItEnded = (exit: ChildExit): string => {
  if (exit.hung) return 'no longer answered and was killed'
  if (isKilled(exit)) return 'was killed in the middle of its work (signal SIGKILL)'
  return `stopped in the middle of its work (${exit.signal ? `signal ${exit.signal}` : `exit code ${exit.code}`})`
}
