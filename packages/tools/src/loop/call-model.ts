import {
  abortError,
  addUsage,
  deserializeError,
  emptyUsage,
  type FinishReason,
  isTerminal,
  type ModelRequest,
  RtError,
  type Span,
  type StreamPart,
  type TerminalPart,
  toRtError,
} from '@rt/core'
import { errorOutcome } from '../execute/execute-call.ts'
import { createAnswerGate } from './answer-gate.ts'
import { createHalfCalls } from './half-calls.ts'
import type { LoopRun, ToolCall } from './loop-options.ts'
import { canRedecode } from './redecode-call.ts'
import { readUntilAbort } from './read-until-abort.ts'
import { chatAttributes, timingAttributes, toolTokenAttributes, usageAttributes } from './span-attributes.ts'
import { countToolTokens, knownToolTokens } from './tool-tokens.ts'

export interface ModelAnswer {
  calls: ToolCall[]
  finishReason: FinishReason
}

const PASSED: ReadonlySet<StreamPart['type']> = new Set([
  'text-delta',
  'reasoning-delta',
  'tool-call-start',
  'tool-call-delta',
  'tool-call-end',
  'usage',
  'warning',
])
const FIRST_CHUNKS: ReadonlySet<StreamPart['type']> = new Set([
  'text-delta',
  'reasoning-delta',
  'tool-call-start',
  'tool-call-end',
])

/**
 * One model call under one `chat` span. What the guard of answers refuses ends the answer with `content-filter`; what was
 * shown stays. Passes the
 * model's parts on, without its own start and terminal. Where the model can redecode the ends of its calls are left to
 * `mendCalls`.
 *
 * @throws RtError the model's own error, or `aborted`.
 */
export async function* callModel(
  run: LoopRun,
  request: ModelRequest,
  rename: (part: StreamPart) => StreamPart,
): AsyncGenerator<StreamPart, ModelAnswer> {
  const { clock, signal, model } = run
  const span = run.span.child(`chat ${model.id}`, chatAttributes(model, request))
  const started = clock.monotonic()
  noteToolTokens(run, request, span)
  const calls: ToolCall[] = []
  const mends = canRedecode(model)
  const halves = createHalfCalls()
  let first: number | undefined
  let seen = emptyUsage()
  let terminal: TerminalPart | undefined
  let failure: unknown
  let left = true
  const gate = createAnswerGate(run.options.guard, { signal, span })
  /** Kept for the next step; false = it is not to be shown yet. */
  const keep = (part: StreamPart, modelId: string): boolean => {
    if (part.type === 'tool-call-end') {
      const { type: _, ...call } = part
      calls.push({ ...call, modelId })
      if (mends) return false
    }
    run.written.add(part)
    return true
  }

  try {
    for await (const part of readUntilAbort(() => model.stream(request, { signal, span }), signal, clock)) {
      if (isTerminal(part)) {
        terminal = part
        break
      }
      if (part.type === 'usage') {
        seen = addUsage(seen, part.usage)
        if (part.timings) span.set(timingAttributes(part.timings))
      }
      if (!PASSED.has(part.type) || signal.aborted) continue
      if (first === undefined && FIRST_CHUNKS.has(part.type)) first = clock.monotonic() - started
      const renamed = rename(part)
      halves.see(renamed)
      for (const shown of gate ? await gate.pass(renamed) : [renamed])
        if (keep(shown, 'id' in part ? part.id : '')) yield shown
      if (gate?.blocked) break
    }
    const finishReason = gate?.blocked ? 'content-filter' : finishOf(terminal, signal, model.id)
    // Of an answer that was cut off its reader is told by its end.
    const ends = finishReason === 'length' || finishReason === 'content-filter' ? [] : halves.ends()
    for (const end of ends)
      for (const shown of gate ? await gate.pass(end) : [end]) if (keep(shown, end.id)) yield shown
    if (gate) for (const shown of await gate.end()) if (keep(shown, '')) yield shown
    left = false
    if (!gate?.blocked) return { calls, finishReason }
    for (const part of refusalParts(gate.blocked, mends ? [] : calls)) {
      run.written.add(part)
      yield part
    }
    return { calls: [], finishReason: 'content-filter' }
  } catch (error) {
    left = false
    failure = toRtError(error, 'provider_error')
    throw failure
  } finally {
    const usage = terminal?.usage ?? seen
    run.meter.spend(usage, run.options.cost?.(model.id, usage))
    span.set({
      ...usageAttributes(usage),
      'gen_ai.response.finish_reasons': [
        gate?.blocked ? 'content-filter' : terminal?.type === 'finish' ? terminal.finishReason : 'error',
      ],
      'gen_ai.response.time_to_first_chunk': first === undefined ? undefined : first / 1000,
    })
    span.end(left ? new RtError({ code: 'aborted', message: 'the reader of the stream left.' }) : failure)
  }
}

/** On the span as far as it is known before the answer ends, which does not wait for it. */
const noteToolTokens = ({ model, signal }: LoopRun, { tools = [] }: ModelRequest, span: Span): void => {
  if (!span.recording || tools.length === 0) return
  const note = (tokens: number[]): void => span.set(toolTokenAttributes(tools, tokens))
  const known = knownToolTokens(model, tools)
  if (known) note(known)
  // A model that cannot count answers all the same.
  else countToolTokens(model, tools, { signal }).then(note, () => {})
}

/** Says why, and answers the calls that were whole already, which do not run: a call without a result is no history. */
const refusalParts = (blocked: RtError, calls: ToolCall[]): StreamPart[] => [
  { type: 'warning', id: 'guard-blocked', message: blocked.message },
  ...calls.map(({ id, name }): StreamPart => {
    const { result } = errorOutcome(blocked)
    return { type: 'tool-result', id, name, result, isError: true, ms: 0 }
  }),
]

const finishOf = (terminal: TerminalPart | undefined, signal: AbortSignal, model: string): FinishReason => {
  if (terminal?.type === 'error') throw deserializeError(terminal.error)
  if (signal.aborted) throw abortError(signal)
  if (terminal?.type === 'abort')
    throw new RtError({ code: 'aborted', message: `${model} aborted: ${terminal.reason}` })
  if (terminal) return terminal.finishReason
  throw new RtError({
    code: 'model_output',
    message: `${model} ended its stream without a terminal part.`,
    hint: 'This is a defect of the model driver, not of the prompt.',
  })
}
