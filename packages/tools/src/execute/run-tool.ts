import { RtError, type Tool, type ToolContext } from '@rt/core'
import type { ToolCallRequest } from './execute-call.ts'
import { isRepeatable } from './is-repeatable.ts'
import { MAX_RESULT_BYTES } from './json-safe.ts'
import { readOutput } from './read-output.ts'
import { retry } from './retry.ts'
import { takeTurn } from './take-turn.ts'
import { withinLimit } from './within-limit.ts'

/** Runs a tool in its turn and under its limit, again where it may run twice and a failure may pass. */
export const runTool = (request: ToolCallRequest, input: unknown): Promise<unknown> => {
  const { tool, signal, span, clock } = request
  const attempt = async (n: number): Promise<unknown> => {
    if (n > 0) span.set({ 'rt.tool.attempts': n + 1 })
    const turn = await takeTurn(tool, { signal, clock })
    let work: Promise<unknown> = Promise.resolve()
    const start = (limit: AbortSignal): Promise<unknown> => (work = runOnce(request, input, limit))
    try {
      return await withinLimit(request, start, 'tool_failed')
    } finally {
      turn?.endAfter(work)
    }
  }
  if (!tool.retry || !isRepeatable(tool)) return attempt(0)
  const { retries, delayMs, on } = tool.retry
  const shouldRetry = on ? (error: unknown): boolean => on(ownError(error)) : isTransient
  return retry(attempt, { retries, ...(delayMs !== undefined && { delayMs }), signal, clock, shouldRetry })
}

const runOnce = async (request: ToolCallRequest, input: unknown, signal: AbortSignal): Promise<unknown> => {
  const { tool, callId, principal, thread, label, span, guard, onProgress: show, onLabel } = request
  const context: ToolContext = {
    signal,
    span,
    callId,
    principal,
    ...(thread !== undefined && { thread }),
    ...(label && { label }),
    setLabel: (given) => onLabel?.(given),
  }
  const output = tool.execute(input, context)
  if (!isIterable(output)) return output
  const filter = guard?.afterTool && ((value: unknown) => guard.afterTool!(tool.name, value, { signal, span }))
  return readOutput(output, { signal, maxBytes: tool.maxResultBytes ?? MAX_RESULT_BYTES, show, filter })
}

const isIterable = (output: ReturnType<Tool['execute']>): output is AsyncIterable<unknown> =>
  Symbol.asyncIterator in output

/** Foreign errors may be transient; an RtError says so itself. */
const isTransient = (error: unknown): boolean => !RtError.isInstance(error) || error.retryable || isForeign(error)

/** What the tool threw, where that was no RtError. */
const ownError = (error: unknown): unknown => (RtError.isInstance(error) && isForeign(error) ? error.cause : error)

const isForeign = ({ code, cause }: RtError): boolean =>
  code === 'tool_failed' && cause !== undefined && !RtError.isInstance(cause)
