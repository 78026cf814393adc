import {
  emptyUsage,
  type ModelRequest,
  RtError,
  type Sampling,
  type TerminalPart,
  type Timings,
  toTerminal,
} from '@rt/core'
import { createArgumentsReader } from '../../driver-kit/chat/arguments-reader.ts'
import type { AnswerPlan } from '../../driver-kit/chat/plan-answer.ts'
import { toolArgumentsGrammar } from '../../driver-kit/tool-grammar.ts'
import type { GenerateOptions } from './answer-run.ts'
import type { CallSpan } from './call-spans.ts'
import { createGrammar } from './create-grammar.ts'
import { writeAnswer } from './generate.ts'
import type { HostModel } from './load-model.ts'
import type { GenerateEvent } from './options.ts'

/** Writes the arguments of one call again, behind what was there before them. Ends with exactly one terminal part. */
export async function* redecode(
  loaded: HostModel | undefined,
  callId: string,
  { signal }: Pick<GenerateOptions, 'signal'>,
): AsyncGenerator<GenerateEvent, void> {
  const usage = emptyUsage()
  const timings: Timings = { queue: 0, prefill: 0, decode: 0 }
  let terminal: TerminalPart
  try {
    const span = loaded?.calls.get(callId)
    if (!loaded || !span) throw unknownCall(callId)
    const request: ModelRequest = { messages: [], ...span.request, sampling: nextSampling(loaded, span) }
    const seeded = request.sampling?.seed !== undefined
    const finishReason = yield* writeAnswer(loaded, {
      tokens: [...span.before] as Parameters<typeof writeAnswer>[1]['tokens'],
      request,
      run: { signal, progress: false, usage, timings, seeded },
      grammar: await createGrammar(loaded, toolArgumentsGrammar(span.tool)),
      plan: planArguments(callId, span),
    })
    terminal = { type: 'finish', finishReason, usage: beyond(usage) }
  } catch (thrown) {
    terminal = toTerminal(thrown, { usage: beyond(usage), signal })
  }
  if (usage.input + usage.output > 0) yield { type: 'usage', usage: beyond(usage), timings }
  yield terminal
}

/** What lay in the cache was counted with the answer. */
const beyond = (usage: ReturnType<typeof emptyUsage>): ReturnType<typeof emptyUsage> => ({ ...usage, cacheRead: 0 })

/**
 * What the model is sure of stays: minP leaves out what is unlikely beside the best, so that only the doubtful tokens are
 * drawn anew, and more of them with each try. A seed makes each repeatable.
 */
const nextSampling = ({ sampling: own }: HostModel, span: CallSpan): Sampling => {
  const { sampling } = span.request
  const tries = ++span.tries
  const seed = sampling?.seed ?? own.seed
  return {
    ...sampling,
    temperature: Math.min(0.5 + 0.5 * tries, 2),
    topK: 0,
    topP: 1,
    minP: 0.05 / 10 ** (tries - 1),
    ...(seed !== undefined && { seed: seed + tries }),
  }
}

const planArguments = (id: string, { tool }: CallSpan): AnswerPlan => ({
  prefix: '',
  budgetTokens: Infinity,
  closeText: '',
  markers: [],
  createReader: () => createArgumentsReader(id, tool.name),
})

const unknownCall = (callId: string): RtError =>
  new RtError({
    code: 'not_found',
    message: `the call ${callId.slice(0, 80)} cannot be written again: it is none of the last answers of this model.`,
    hint: 'Ask for it right after the answer, or ask the model anew.',
    data: { callId: callId.slice(0, 80) },
  })
