import { type Clock, RtError, type Tool, throwIfAborted } from '@rt/core'

/** How long work that was told to stop, and goes on, keeps its turn. */
const GRACE_MS = 5000

interface Line {
  running: number
  waiting: (() => void)[]
}

// By the function that runs: a tool that is renamed or labelled on the way is the same tool.
const lines = new WeakMap<Tool['execute'], Line>()

export interface Turn {
  /** Ends it when the work has ended, at the latest 5 s from now. */
  endAfter(work: Promise<unknown>): void
}

/**
 * Waits until fewer than `maxConcurrent` calls of a tool run in this process, first come, first served.
 *
 * @throws RtError `aborted` when the signal fires while it waits: it has left the line then.
 */
export const takeTurn = async (
  { execute, maxConcurrent }: Tool,
  { signal, clock }: { signal: AbortSignal; clock: Clock },
): Promise<Turn | undefined> => {
  throwIfAborted(signal)
  if (maxConcurrent === undefined) return undefined
  const line = lines.get(execute) ?? { running: 0, waiting: [] }
  lines.set(execute, line)
  if (line.running < maxConcurrent) line.running++
  // Whoever ends hands the turn on: `running` stays as it is.
  else await inLine(line, signal)
  let ended = false
  const end = (): void => {
    if (ended) return
    ended = true
    const next = line.waiting.shift()
    if (next) next()
    else line.running--
  }
  return {
    endAfter(work) {
      const settled = new AbortController()
      clock.sleep(GRACE_MS, settled.signal).then(end, () => {})
      const settle = (): void => {
        settled.abort()
        end()
      }
      work.then(settle, settle)
    },
  }
}

const inLine = (line: Line, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const enter = (): void => {
      signal.removeEventListener('abort', leave)
      resolve()
    }
    const leave = (): void => {
      line.waiting.splice(line.waiting.indexOf(enter), 1)
      reject(new RtError({ code: 'aborted', message: 'aborted while it waited for its turn.', cause: signal.reason }))
    }
    line.waiting.push(enter)
    signal.addEventListener('abort', leave, { once: true })
  })
