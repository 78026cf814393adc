import {
  abortable,
  abortError,
  type Clock,
  ERROR_CODES,
  type Guard,
  type JsonValue,
  type Principal,
  type PrivacyLabel,
  RtError,
  type Span,
  type Tool,
} from '@rt/core'
import { MAX_RESULT_BYTES, toJsonSafe } from './json-safe.ts'
import { runTool } from './run-tool.ts'
import { withinLimit, wrapThrown } from './within-limit.ts'

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
  /** Of what the model has read. */
  label?: PrivacyLabel | undefined
  /** Told what the tool labels its result with. */
  onLabel?: (label: PrivacyLabel) => void
}

export interface ToolOutcome {
  result: JsonValue
  isError: boolean
  /** The result was larger than it may be, or held what JSON cannot. */
  cut: boolean
  error?: RtError
  /** Of this result alone. */
  label?: PrivacyLabel
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
    const returned = await runTool(request, input)
    const output = tool.parseOutput
      ? await withinLimit(request, () => tool.parseOutput!(returned), 'tool_failed')
      : returned
    const guarded = guard?.afterTool
      ? await abortable(guard.afterTool(tool.name, output, { signal, span }), signal)
      : output
    const { value, cut } = toJsonSafe(guarded, tool.maxResultBytes ?? MAX_RESULT_BYTES)
    return { result: value, isError: false, cut }
  } catch (thrown) {
    if (signal.aborted) throw abortError(signal)
    return errorOutcome(wrapThrown(thrown, tool.name, 'tool_failed'))
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
    return { error: wrapThrown(thrown, request.tool.name, 'tool_arguments') }
  }
}

type Arguments = Pick<ToolCallRequest, 'tool' | 'arguments' | 'signal' | 'clock'>

const parse = (request: Arguments): Promise<unknown> =>
  withinLimit(request, () => request.tool.parse(readArguments(request)), 'tool_arguments')

/** An error as the model reads it. */
export const errorOutcome = (error: RtError): ToolOutcome => {
  const message = error.message.slice(0, MAX_MESSAGE_CHARACTERS)
  return { result: { error: { code: error.code, message } }, isError: true, cut: false, error }
}

/** The same failure without the tool's own words, which may be content. */
export const errorWithoutContent = ({ code }: RtError): RtError =>
  new RtError({ code, message: ERROR_CODES[code].meaning })

/** Text instead of a value is what a model without a grammar writes; anything that is no JSON is told back as such. */
const readArguments = ({ tool, arguments: args }: Arguments): JsonValue => {
  if (typeof args !== 'string') return args
  try {
    return JSON.parse(args) as JsonValue
  } catch (cause) {
    throw new RtError({ code: 'tool_arguments', message: `the arguments of ${tool.name} are not valid JSON.`, cause })
  }
}
