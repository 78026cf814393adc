import { abortable, type Clock, type ErrorCode, openScope, RtError, throwIfAborted, type Tool } from '@rt/core'
import { toJsonSafe } from './json-safe.ts'

const MAX_MESSAGE_CHARACTERS = 2000

/**
 * One piece of a tool's own code: inside its time limit, its failure wrapped. Not `withTimeout` of core, whose signal goes on
 * to follow the outer one after the end: that takes twice the time, twice a call, and nothing of a tool goes on.
 */
export const withinLimit = async <T>(
  { tool, signal, clock }: { tool: Tool; signal: AbortSignal; clock: Clock },
  work: (signal: AbortSignal) => Promise<T>,
  code: ErrorCode,
): Promise<T> => {
  throwIfAborted(signal)
  const limit = new AbortController()
  const settled = openScope()
  const stop = (): void => limit.abort(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  clock.sleep(tool.timeoutMs, settled.signal).then(
    () => limit.abort(late(tool)),
    () => {},
  )
  try {
    return await abortable(work(limit.signal), limit.signal)
  } catch (thrown) {
    throw wrapThrown(thrown, tool.name, code)
  } finally {
    signal.removeEventListener('abort', stop)
    settled.end()
  }
}

const late = ({ name, timeoutMs }: Tool): RtError =>
  new RtError({ code: 'tool_timeout', message: `${name} took longer than its limit of ${timeoutMs} ms.` })

/** Whatever a tool throws. Its own AbortError is its failure, not the caller's wish. */
export const wrapThrown = (thrown: unknown, tool: string, code: ErrorCode): RtError => {
  try {
    if (RtError.isInstance(thrown) && thrown.code !== 'aborted') return thrown
    return new RtError({ code, message: `${tool} failed: ${describe(thrown)}`, cause: thrown })
  } catch {
    return new RtError({ code, message: `${tool} failed with an error that cannot be read.` })
  }
}

const describe = (thrown: unknown): string => {
  const said: unknown = thrown instanceof Error ? thrown.message || thrown.name : thrown
  if (said === undefined || typeof said === 'symbol' || typeof said === 'function') return String(said)
  const { value } = toJsonSafe(said, MAX_MESSAGE_CHARACTERS)
  return typeof value === 'string' ? value : JSON.stringify(value)
}
