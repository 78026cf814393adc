import {
  abortError,
  emptyUsage,
  LOCAL,
  RtError,
  toTerminal,
  type ModelRequest,
  type TerminalPart,
  type Timings,
  type Usage,
} from '@rt/core'
import type { LlamaContextSequence } from 'node-llama-cpp'
import { answerGrammar, relaxedWarning } from '../../driver-kit/index.ts'
import type { AnswerEnd } from '../../driver-kit/chat/answer-reader.ts'
import type { AnswerPlan } from '../../driver-kit/chat/plan-answer.ts'
import { evaluateOptions } from './evaluate-options.ts'
import type { HostModel } from './load-model.ts'
import { type LlamaSequence, PIECE } from './open-sequences.ts'
import type { GenerateEvent } from './options.ts'
import { createLogprobTrail } from './logprob-trail.ts'
import { commonPrefix, type Slot } from './slots.ts'
import { detokenizeWith, steer } from './steer.ts'
import { createTextDecoder } from './text-decoder.ts'
import { toLogprob } from './to-logprob.ts'
import { tokenizePrompt } from './tokenize-prompt.ts'
import { watchLogprobs } from './watch-logprobs.ts'

type Token = LlamaContextSequence['contextTokens'][number]

export interface GenerateOptions {
  signal: AbortSignal
  /** Tell how far the prompt is read. */
  progress: boolean
}

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

/** One request under way: what is counted is written into `usage` and `timings` as it happens. */
interface Run extends GenerateOptions {
  usage: Usage
  timings: Timings
  /** Nothing but prompt and seed may show in the answer: its steps go alone, and only exact pieces are reused. */
  seeded: boolean
}

type FinishReason = Extract<TerminalPart, { type: 'finish' }>['finishReason']

async function* answer(
  loaded: HostModel,
  request: ModelRequest,
  run: Run,
): AsyncGenerator<GenerateEvent, FinishReason> {
  const { signal, timings } = run
  const { tokens, plan } = await tokenizePrompt(request, loaded)
  checkLength(tokens.length, loaded, request)
  const forced = answerGrammar(request)
  if (forced?.relaxed.length) yield relaxedWarning(forced.relaxed)
  const grammar = forced && (await createGrammar(loaded, forced.grammar))
  const begun = performance.now()
  const principal = request.principal ?? LOCAL
  const slot = await loaded.slots.acquire({ tokens, principal, cacheKey: request.cacheKey, signal })
  timings.queue = performance.now() - begun
  try {
    const rest = yield* prefill(slot, tokens, { run, principal })
    return yield* decode(slot, rest, { loaded, request, run, grammar, plan })
  } catch (error) {
    // Half-done work leaves a cache nobody should trust, unless it was the caller who stopped it.
    if (!signal.aborted) slot.principal = undefined
    throw error
  } finally {
    slot.sequence.lane.decoding = false
    loaded.slots.release(slot)
  }
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

/** The constraint on the answer. A fresh state for every answer: it moves with each token. */
const createGrammar = async (loaded: HostModel, text: string) => {
  const { LlamaGrammarEvaluationState } = await import('./llama-library.ts')
  return new LlamaGrammarEvaluationState({ model: loaded.model, grammar: await readGrammar(loaded, text) })
}

/** The last word on a grammar has the native parser: what it says against one is about the request. */
const readGrammar = async (loaded: HostModel, text: string) => {
  try {
    return await loaded.grammar(text)
  } catch (cause) {
    throw new RtError({
      code: 'invalid_request',
      message: `llama.cpp does not take the grammar: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: 'RT_DEBUG=1 prints what its parser says. Repetitions that stand inside each other may multiply to 2,000.',
      data: { field: 'output' },
      cause,
    })
  }
}

/**
 * Brings the sequence to the prompt, all but the last few tokens, which are returned: `evaluate` reads them. Pieces end at
 * multiples of PIECE, an abort waits for one of them at most. With a seed only whole pieces are reused, so that an
 * answer does not depend on what was in the cache: rows of another batch size differ in their last bits. For the same
 * reason the steps of such an answer are never computed together with others.
 */
async function* prefill(
  slot: Slot<LlamaSequence>,
  tokens: Token[],
  { run, principal }: { run: Run; principal: string },
): AsyncGenerator<GenerateEvent, Token[]> {
  const { llama: sequence, lane, evaluationPriority } = slot.sequence
  const { seeded } = run
  lane.alone = seeded
  if (slot.principal !== principal) await sequence.clearHistory()
  slot.principal = principal
  const shared = Math.min(commonPrefix(sequence.contextTokens, tokens), tokens.length - 1)
  const keep = seeded ? toPiece(Math.min(shared, slot.exact)) : shared
  await sequence.adaptStateToTokens(tokens.slice(0, keep), false)

  let at = sequence.nextTokenIndex
  slot.exact = Math.min(slot.exact, toPiece(at))
  run.usage.cacheRead = at
  while (true) {
    if (run.signal.aborted) throw abortError(run.signal)
    if (run.progress) yield { type: 'prefill', done: at, total: tokens.length }
    const end = toPiece(at) + PIECE
    if (slot.exact === at && end <= tokens.length) slot.exact = end
    if (end >= tokens.length) return tokens.slice(at)
    const begun = performance.now()
    await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(at, end), { evaluationPriority })
    run.timings.prefill += performance.now() - begun
    run.usage.input += end - at
    at = end
  }
}

const toPiece = (tokens: number): number => Math.floor(tokens / PIECE) * PIECE

async function* decode(
  slot: Slot<LlamaSequence>,
  prompt: Token[],
  {
    loaded,
    request,
    run,
    grammar,
    plan,
  }: {
    loaded: HostModel
    request: ModelRequest
    run: Run
    grammar: Awaited<ReturnType<typeof createGrammar>> | undefined
    plan: AnswerPlan
  },
): AsyncGenerator<GenerateEvent, FinishReason> {
  const { model, info } = loaded
  const { signal, progress, usage, timings } = run
  const reader = plan.createReader()
  const decoder = createTextDecoder(detokenizeWith(model, plan.markers))
  const limit = Math.min(
    request.maxOutputTokens ?? Infinity,
    info.contextTokens - usage.cacheRead - usage.input - prompt.length,
  )
  const written: Token[] = []
  let end: AnswerEnd = 'length'
  let feed: string | undefined
  const spoken = (text: string | undefined): Token[] | undefined => (text ? model.tokenize(text, true) : undefined)
  const steering = {
    instead: () => (reader.thinking && usage.reasoning >= plan.budgetTokens ? spoken(plan.closeText) : undefined),
    behind: () => spoken(feed),
  }
  let begun = performance.now()

  const { llama: sequence, lane, evaluationPriority } = slot.sequence
  const options = {
    ...(await evaluateOptions(loaded, request, { written })),
    grammarEvaluationState: () => (reader.thinking ? undefined : grammar),
    yieldEogToken: true,
    evaluationPriority,
  }
  using watch = request.logprobs && watchLogprobs(sequence, model, request.logprobs.top)
  const trail = watch && createLogprobTrail()
  const steps = (watch?.sequence ?? sequence).evaluate(prompt, options)
  for await (const { token, sampled } of steer(steps, steering)) {
    lane.decoding = true
    if (written.length === 0 && usage.output === 0) {
      timings.prefill += performance.now() - begun
      begun = performance.now()
      usage.input += prompt.length
      const total = usage.cacheRead + usage.input
      if (progress) yield { type: 'prefill', done: total, total }
    }
    usage.output++
    const { thinking } = reader
    if (thinking) usage.reasoning++
    timings.decode = performance.now() - begun
    if (signal.aborted) throw abortError(signal)
    if (sampled && model.isEogToken(token)) {
      end = 'stop'
      break
    }
    const text = decoder.push(token)
    const shares = sampled ? watch?.last() : undefined
    if (!thinking) trail?.push(text, shares && toLogprob(shares, model, written))
    written.push(token)
    const read = reader.push(text)
    feed = read.feed
    yield* trail?.attach(read.parts) ?? read.parts
    if (read.done) {
      end = 'stop'
      break
    }
    if (written.length >= limit) break
  }
  lane.decoding = false
  const last = decoder.end()
  if (last) {
    trail?.push(last, undefined)
    const { parts } = reader.push(last)
    yield* trail?.attach(parts) ?? parts
  }
  const { parts, finishReason } = reader.end(end)
  yield* trail?.attach(parts) ?? parts
  return finishReason
}
