import { emptyUsage, LOCAL, type ModelRequest, RtError, type TerminalPart, type Timings, toTerminal } from '@rt/core'
import type { LlamaGrammarEvaluationState, Token } from 'node-llama-cpp'
import type { AnswerPlan } from '../../driver-kit/chat/plan-answer.ts'
import { answerGrammar, relaxedWarning } from '../../driver-kit/index.ts'
import type { AnswerRun, GenerateOptions } from './answer-run.ts'
import { createGrammar } from './create-grammar.ts'
import { decode, type FinishReason } from './decode.ts'
import { keepCalls } from './keep-calls.ts'
import type { HostModel } from './load-model.ts'
import type { GenerateEvent } from './options.ts'
import { prefill } from './prefill.ts'
import { tokenizePrompt } from './tokenize-prompt.ts'
import { watchCalls } from './watch-calls.ts'

/** Writes one answer. Ends with exactly one terminal part, whatever happens. */
export async function* generate(
  loaded: HostModel,
  request: ModelRequest,
  { signal, progress }: GenerateOptions,
): AsyncGenerator<GenerateEvent, void> {
  const usage = emptyUsage()
  const timings: Timings = { queue: 0, prefill: 0, decode: 0 }
  let terminal: TerminalPart
  try {
    const seeded = (request.sampling?.seed ?? loaded.sampling.seed) !== undefined
    const finishReason = yield* answer(loaded, request, { signal, progress, usage, timings, seeded })
    terminal = { type: 'finish', finishReason, usage }
  } catch (thrown) {
    terminal = toTerminal(thrown, { usage, signal })
  }
  if (usage.input + usage.cacheRead > 0) yield { type: 'usage', usage, timings }
  yield terminal
}

async function* answer(
  loaded: HostModel,
  request: ModelRequest,
  run: AnswerRun,
): AsyncGenerator<GenerateEvent, FinishReason> {
  const { tokens, plan } = await tokenizePrompt(request, loaded)
  checkLength(tokens.length, loaded, request)
  const forced = answerGrammar(request)
  if (forced?.relaxed.length) yield relaxedWarning(forced.relaxed)
  const grammar = forced && (await createGrammar(loaded, forced.grammar))
  return yield* writeAnswer(loaded, { tokens, request, run, grammar, plan })
}

/** Writes what a plan reads behind a prompt, in a sequence that it waits for. */
export async function* writeAnswer(
  loaded: HostModel,
  { tokens, request, run, grammar, plan }: AnswerTask,
): AsyncGenerator<GenerateEvent, FinishReason> {
  const { signal, timings } = run
  const watch = request.tools?.length && request.toolChoice !== 'none' ? watchCalls(plan) : undefined
  const begun = performance.now()
  const principal = request.principal ?? LOCAL
  const slot = await loaded.slots.acquire({ tokens, principal, cacheKey: request.cacheKey, signal })
  timings.queue = performance.now() - begun
  try {
    const rest = yield* prefill(slot, tokens, { run, loaded, principal, cacheKey: request.cacheKey })
    const finishReason = yield* decode(slot, rest, { loaded, request, run, grammar, plan: watch?.plan ?? plan })
    const cached = slot.sequence.llama.contextTokens
    if (watch) keepCalls(loaded.calls, watch, { request, model: loaded.model, cached, promptTokens: tokens.length })
    return finishReason
  } catch (error) {
    // Half-done work leaves a cache nobody should trust, unless it was the caller who stopped it.
    if (!signal.aborted) slot.principal = undefined
    throw error
  } finally {
    slot.sequence.lane.decoding = false
    loaded.slots.release(slot)
  }
}

interface AnswerTask {
  tokens: Token[]
  request: ModelRequest
  run: AnswerRun
  grammar: LlamaGrammarEvaluationState | undefined
  plan: AnswerPlan
}

const checkLength = (promptTokens: number, { info }: HostModel, request: ModelRequest): void => {
  const limit = info.contextTokens
  if (promptTokens < limit) return
  throw new RtError({
    code: 'context_overflow',
    message: `the prompt has ${promptTokens} tokens, and the context holds ${limit} (prompt and answer together).`,
    hint: 'Shorten the messages or the retrieved text, or load the model with more contextTokens.',
    data: { promptTokens, limit, messages: request.messages.length },
  })
}
