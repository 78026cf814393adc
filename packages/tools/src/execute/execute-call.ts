import {
  abortable,
  abortError,
  type Clock,
  ERROR_CODES,
  type ErrorCode,
  type Guard,
  type JsonValue,
  type Principal,
  RtError,
  type Span,
  type Tool,
  withTimeout,
} from '@rt/core'
import { toJsonSafe } from './json-safe.ts'
import { retry } from './retry.ts'

const MAX_RESULT_BYTES = 64 * 1024
const MAX_MESSAGE_CHARACTERS = 2000

export interface ToolCallRequest {
  tool: Tool
  callId: string
  arguments: JsonValue
  /** What the tool made of the arguments, where somebody asked it already. */
  input?: { value: unknown } | undefined
  principal: Principal
  thread?: string | undefined
  guard?: Guard | undefined
  signal: AbortSignal
  span: Span
  clock: Clock
  /** Told what a tool that returns an iterable has so far. */
  onProgress?: (value: JsonValue) => void
}

export interface ToolOutcome {
  result: JsonValue
  isError: boolean
  /** The result was larger than 64 KB, or held what JSON cannot. */
  cut: boolean
  error?: RtError
}

/**
 * Validate, run under the tool's limit, try again if it allows that, guard, make JSON. Whatever goes wrong becomes a
 * result the model can read.
 *
 * @throws RtError only when `signal` fires: then at once, also when the tool never settles.
 */
export const executeCall = async (request: ToolCallRequest): Promise<ToolOutcome> => {
  const { tool, signal, guard, span } = request
  try {
    const input = request.input ? request.input.value : await parse(request)
    const output = await runTool(request, input)
    const guarded = guard?.afterTool
      ? await abortable(guard.afterTool(tool.name, output, { signal, span }), signal)
      : output
    const { value, cut } = toJsonSafe(guarded, MAX_RESULT_BYTES)
    return { result: value, isError: false, cut }
  } catch (thrown) {
    if (signal.aborted) throw abortError(signal)
    return errorOutcome(wrap(thrown, tool.name, 'tool_failed'))
  }
}

/**
 * Asks the tool what it makes of the arguments, without running it.
 *
 * @throws RtError only when `signal` fires.
 */
export const parseCall = async (request: Arguments): Promise<{ input: unknown } | { error: RtError }> => {
  try {
    return { input: await parse(request) }
  } catch (thrown) {
    if (request.signal.aborted) throw abortError(request.signal)
    return { error: wrap(thrown, request.tool.name, 'tool_arguments') }
  }
}

type Arguments = Pick<ToolCallRequest, 'tool' | 'arguments' | 'signal' | 'clock'>

const parse = (request: Arguments): Promise<unknown> =>
  limited(request, () => request.tool.parse(readArguments(request)), 'tool_arguments')

/** An error as the model reads it. */
export const errorOutcome = (error: RtError): ToolOutcome => {
  const message = error.message.slice(0, MAX_MESSAGE_CHARACTERS)
  return { result: { error: { code: error.code, message } }, isError: true, cut: false, error }
}

/** The same failure without the tool's own words, which may be content. */
export const errorWithoutContent = ({ code }: RtError): RtError =>
  new RtError({ code, message: ERROR_CODES[code].meaning })

const runTool = (
  { tool, callId, principal, thread, signal, span, clock, ...rest }: ToolCallRequest,
  input: unknown,
): Promise<unknown> => {
  const attempt = (n: number): Promise<unknown> => {
    if (n > 0) span.set({ 'rt.tool.attempts': n + 1 })
    const request = { tool, callId, principal, thread, signal, span, clock, ...rest }
    const work = async (limit: AbortSignal): Promise<unknown> => {
      const output = tool.execute(input, {
        signal: limit,
        span,
        callId,
        principal,
        ...(thread !== undefined && { thread }),
      })
      return isIterable(output) ? lastOf(output, request, limit) : output
    }
    return limited(request, work, 'tool_failed')
  }
  if (!tool.retry) return attempt(0)
  return retry(attempt, { ...tool.retry, signal, clock, shouldRetry: isTransient })
}

const isIterable = (output: Promise<unknown> | AsyncIterable<unknown>): output is AsyncIterable<unknown> =>
  Symbol.asyncIterator in output

/** Shows what comes; the result is what it returns at its end, else the last of these. */
const lastOf = async (
  output: AsyncIterable<unknown>,
  { onProgress }: ToolCallRequest,
  limit: AbortSignal,
): Promise<unknown> => {
  const iterator = output[Symbol.asyncIterator]()
  let last: unknown
  for (;;) {
    const next: IteratorResult<unknown, unknown> = await iterator.next()
    if (next.done) return next.value === undefined ? last : next.value
    if (limit.aborted) {
      void iterator.return?.()
      throw abortError(limit)
    }
    last = next.value
    onProgress?.(toJsonSafe(last, MAX_RESULT_BYTES).value)
  }
}

/** One piece of the tool's own code: inside its time limit, its failure wrapped. */
const limited = async <T>(
  { tool, signal, clock }: Pick<ToolCallRequest, 'tool' | 'signal' | 'clock'>,
  work: (signal: AbortSignal) => Promise<T>,
  code: ErrorCode,
): Promise<T> => {
  const error = (): RtError =>
    new RtError({ code: 'tool_timeout', message: `${tool.name} took longer than its limit of ${tool.timeoutMs} ms.` })
  try {
    return await withTimeout(work, { ms: tool.timeoutMs, error, signal, clock })
  } catch (thrown) {
    throw wrap(thrown, tool.name, code)
  }
}

/** Text instead of a value is what a model without a grammar writes; anything that is no JSON is told back as such. */
const readArguments = ({ tool, arguments: args }: Arguments): JsonValue => {
  if (typeof args !== 'string') return args
  try {
    return JSON.parse(args) as JsonValue
  } catch (cause) {
    throw new RtError({ code: 'tool_arguments', message: `the arguments of ${tool.name} are not valid JSON.`, cause })
  }
}

/** A tool's own AbortError is its failure, not the caller's wish. */
const wrap = (thrown: unknown, tool: string, code: ErrorCode): RtError => {
  if (RtError.isInstance(thrown) && thrown.code !== 'aborted') return thrown
  return new RtError({ code, message: `${tool} failed: ${describe(thrown)}`, cause: thrown })
}

const describe = (thrown: unknown): string => {
  if (thrown instanceof Error) return thrown.message || thrown.name
  const { value } = toJsonSafe(thrown, MAX_MESSAGE_CHARACTERS)
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Foreign errors may be transient; an RtError says so itself. */
const isTransient = (error: unknown): boolean =>
  !RtError.isInstance(error) ||
  error.retryable ||
  (error.code === 'tool_failed' && error.cause !== undefined && !RtError.isInstance(error.cause))
