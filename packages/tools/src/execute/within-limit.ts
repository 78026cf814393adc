import { type Clock, type ErrorCode, RtError, type Tool, withTimeout } from '@rt/core'
import { toJsonSafe } from './json-safe.ts'

const MAX_MESSAGE_CHARACTERS = 2000

/** One piece of a tool's own code: inside its time limit, its failure wrapped. */
export const withinLimit = async <T>(
  { tool, signal, clock }: { tool: Tool; signal: AbortSignal; clock: Clock },
  work: (signal: AbortSignal) => Promise<T>,
  code: ErrorCode,
): Promise<T> => {
  const error = (): RtError =>
    new RtError({ code: 'tool_timeout', message: `${tool.name} took longer than its limit of ${tool.timeoutMs} ms.` })
  try {
    return await withTimeout(work, { ms: tool.timeoutMs, error, signal, clock })
  } catch (thrown) {
    throw wrapThrown(thrown, tool.name, code)
  }
}

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
