import {
  abortError,
  addUsage,
  emptyUsage,
  failureOf,
  isTerminal,
  type LanguageModel,
  RtError,
  type StreamPart,
  type TerminalPart,
} from '@rt/core'
import { createAnswerGate } from './answer-gate.ts'
import type { LoopRun, ToolCall } from './loop-options.ts'
import { readUntilAbort } from './read-until-abort.ts'
import { redecodeAttributes, timingAttributes, usageAttributes } from './span-attributes.ts'

/** Whether a model can write the arguments of a call again. */
export const canRedecode = (model: LanguageModel): model is LanguageModel & Required<Pick<LanguageModel, 'redecode'>> =>
  model.capabilities.redecode === true && model.redecode !== undefined

/**
 * Has the model write the arguments of one call again, under one `redecode` span. What it writes is passed on when it is
 * whole: half a call would leave nothing that its reader could make of it.
 *
 * @returns the call with other arguments; undefined when the model could not, the span says why.
 * @throws RtError only `aborted`.
 */
export async function* redecodeCall(run: LoopRun, call: ToolCall): AsyncGenerator<StreamPart, ToolCall | undefined> {
  const { clock, signal, model } = run
  if (!canRedecode(model)) return undefined
  const span = run.span.child(`redecode ${model.id}`, redecodeAttributes(model, call))
  const gate = createAnswerGate(run.options.guard, { signal, span })
  const written: StreamPart[] = []
  let again: ToolCall | undefined
  let seen = emptyUsage()
  let terminal: TerminalPart | undefined
  let failure: unknown = new RtError({ code: 'aborted', message: 'the reader of the stream left.' })
  try {
    for await (const part of readUntilAbort(() => model.redecode(call.modelId, { signal, span }), signal, clock)) {
      if (isTerminal(part)) {
        terminal = part
        break
      }
      if (part.type === 'usage') {
        seen = addUsage(seen, part.usage)
        if (part.timings) span.set(timingAttributes(part.timings))
        yield part
      } else if (part.type === 'warning') yield part
      else if (part.type === 'tool-call-start' || part.type === 'tool-call-delta' || part.type === 'tool-call-end') {
        const own = { ...part, id: call.id, ...('name' in part && { name: call.name }) }
        for (const shown of gate ? await gate.pass(own) : [own])
          if (shown.type === 'tool-call-end') again = { ...call, arguments: shown.arguments }
          else written.push(shown)
      }
    }
    const isWhole = terminal?.type === 'finish' && again !== undefined
    failure = isWhole ? undefined : ((terminal && failureOf(terminal)) ?? noCall(model.id))
  } catch (error) {
    failure = error
  } finally {
    const usage = terminal?.usage ?? seen
    run.meter.spend(usage, run.options.cost?.(model.id, usage))
    span.set({ ...usageAttributes(usage), 'rt.redecode.changed': again && differs(call, again) })
    span.end(signal.aborted ? abortError(signal) : failure)
  }
  if (signal.aborted) throw abortError(signal)
  if (failure) return undefined
  yield* written
  return again
}

const differs = (a: ToolCall, b: ToolCall): boolean => JSON.stringify(a.arguments) !== JSON.stringify(b.arguments)

const noCall = (model: string): RtError =>
  new RtError({ code: 'model_output', message: `${model} was to write a call again, and wrote none.` })
