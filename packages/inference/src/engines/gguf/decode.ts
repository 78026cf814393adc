import { abortError, type ModelRequest, type TerminalPart } from '@rt/core'
import type { LlamaGrammarEvaluationState, Token } from 'node-llama-cpp'
import type { AnswerEnd } from '../../driver-kit/chat/answer-reader.ts'
import type { AnswerPlan } from '../../driver-kit/chat/plan-answer.ts'
import type { AnswerRun } from './answer-run.ts'
import { evaluateOptions } from './evaluate-options.ts'
import { guideCalls } from './guide-calls.ts'
import type { HostModel } from './load-model.ts'
import { createLogprobTrail } from './logprob-trail.ts'
import type { LlamaSequence } from './open-sequences.ts'
import type { GenerateEvent } from './options.ts'
import type { Slot } from './slots.ts'
import { startSpeculation } from './start-speculation.ts'
import { detokenizeWith, steer } from './steer.ts'
import { createTextDecoder } from './text-decoder.ts'
import { toLogprob } from './to-logprob.ts'
import { watchLogprobs } from './watch-logprobs.ts'

export type FinishReason = Extract<TerminalPart, { type: 'finish' }>['finishReason']

/** Writes the answer behind the prompt, whose last tokens are still to be read. */
export async function* decode(
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
    run: AnswerRun
    grammar: LlamaGrammarEvaluationState | undefined
    plan: AnswerPlan
  },
): AsyncGenerator<GenerateEvent, FinishReason> {
  const { model, info } = loaded
  const { signal, progress, usage, timings } = run
  const reader = plan.createReader()
  const detokenize = detokenizeWith(model, plan.markers)
  const decoder = createTextDecoder(detokenize)
  const limit = Math.min(
    request.maxOutputTokens ?? Infinity,
    info.contextTokens - usage.cacheRead - usage.input - prompt.length,
  )
  const written: Token[] = []
  let end: AnswerEnd = 'length'
  let feed: string | undefined
  const spoken = (text: string | undefined): Token[] | undefined => (text ? model.tokenize(text, true) : undefined)
  const guide = guideCalls(loaded, request)
  /** A token that reaches from the head of a call into its arguments: those are to be written under their grammar. */
  const shortened = (token: Token): Token[] | undefined => {
    const text = (): string => detokenize([token], written.slice(-1))
    const at = reader.cut?.(text)
    return at === undefined ? undefined : model.tokenize(text().slice(0, at), false, 'trimLeadingSpace')
  }
  const steering = {
    instead: (token: Token) =>
      reader.thinking && usage.reasoning >= plan.budgetTokens ? spoken(plan.closeText) : shortened(token),
    behind: () => spoken(feed),
  }
  let begun = performance.now()

  const { llama: sequence, lane, evaluationPriority } = slot.sequence
  const speculation = startSpeculation(slot.sequence, {
    loaded,
    request,
    run,
    grammar,
    plan,
    room: () => limit - written.length,
  })
  const options = {
    ...(await evaluateOptions(loaded, request, {
      written: () => (speculation?.ahead.length ? [...written, ...speculation.ahead] : written),
    })),
    grammarEvaluationState: () => (reader.thinking ? undefined : (grammar ?? guide.state)),
    yieldEogToken: true,
    evaluationPriority,
  }
  using watch = request.logprobs && watchLogprobs(sequence, model, request.logprobs.top)
  const trail = watch && createLogprobTrail()
  const steps = (watch || speculation || { sequence }).sequence.evaluate(prompt, options)
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
    const { changed, parts: told } = await guide.follow(reader.calling)
    if (changed) speculation?.drop()
    yield* told
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
