import {
  abortError,
  addUsage,
  deserializeError,
  emptyUsage,
  type FinishReason,
  isTerminal,
  type ModelRequest,
  RtError,
  type StreamPart,
  type TerminalPart,
  toRtError,
} from '@rt/core'
import { createHalfCalls } from './half-calls.ts'
import type { LoopRun, ToolCall } from './loop-options.ts'
import { canRedecode } from './redecode-call.ts'
import { readUntilAbort } from './read-until-abort.ts'
import { chatAttributes, timingAttributes, usageAttributes } from './span-attributes.ts'

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
 * One model call under one `chat` span. Passes the model's parts on, without its own start and terminal. Where the model
 * can redecode the ends of its calls are left to `mendCalls`.
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
  const calls: ToolCall[] = []
  const mends = canRedecode(model)
  const half = createHalfCalls()
  let first: number | undefined
  let seen = emptyUsage()
  let terminal: TerminalPart | undefined
  let failure: unknown
  let left = true

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
      half.see(renamed)
      if (renamed.type === 'tool-call-end' && part.type === 'tool-call-end') {
        const { type: _, ...call } = renamed
        calls.push({ ...call, modelId: part.id })
        if (mends) continue
      }
      run.written.add(renamed)
      yield renamed
    }
    const finishReason = finishOf(terminal, signal, model.id)
    // Of an answer that was cut off its reader is told by its end.
    for (const end of finishReason === 'length' || finishReason === 'content-filter' ? [] : half.ends()) {
      const { type: _, ...call } = end
      calls.push({ ...call, modelId: call.id })
      if (mends) continue
      run.written.add(end)
      yield end
    }
    left = false
    return { calls, finishReason }
  } catch (error) {
    left = false
    failure = toRtError(error, 'provider_error')
    throw failure
  } finally {
    const usage = terminal?.usage ?? seen
    run.meter.spend(usage, run.options.cost?.(model.id, usage))
    span.set({
      ...usageAttributes(usage),
      'gen_ai.response.finish_reasons': [terminal?.type === 'finish' ? terminal.finishReason : 'error'],
      'gen_ai.response.time_to_first_chunk': first === undefined ? undefined : first / 1000,
    })
    span.end(left ? new RtError({ code: 'aborted', message: 'the reader of the stream left.' }) : failure)
  }
}

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
