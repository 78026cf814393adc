import { abortError } from '@rt/core'
import type { Token } from 'node-llama-cpp'
import type { AnswerRun } from './answer-run.ts'
import type { HostModel } from './load-model.ts'
import { type LlamaSequence, toPiece } from './open-sequences.ts'
import { PIECE } from './options.ts'
import type { GenerateEvent } from './options.ts'
import { reusePrefix } from './reuse-prefix.ts'
import type { Slot } from './slots.ts'

/**
 * Brings the sequence to the prompt, all but the last few tokens, which are returned: `evaluate` reads them. Pieces end at
 * multiples of PIECE, an abort waits for one of them at most. With a seed only whole pieces are reused, so that an
 * answer does not depend on what was in the cache: rows of another batch size differ in their last bits. For the same
 * reason the steps of such an answer are never computed together with others.
 */
export async function* prefill(
  slot: Slot<LlamaSequence>,
  tokens: Token[],
  {
    run,
    loaded,
    principal,
    cacheKey,
  }: { run: AnswerRun; loaded: HostModel; principal: string; cacheKey: string | undefined },
): AsyncGenerator<GenerateEvent, Token[]> {
  const { llama: sequence, lane, evaluationPriority } = slot.sequence
  lane.alone = run.seeded
  const started = performance.now()
  let at = await reusePrefix(slot, tokens, { loaded, principal, cacheKey, seeded: run.seeded })
  run.timings.prefill += performance.now() - started
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
