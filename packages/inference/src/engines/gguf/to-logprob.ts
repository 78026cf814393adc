import type { TokenChance, TokenLogprob } from '@rt/core'
import type { LlamaModel, Token } from 'node-llama-cpp'
import type { SampledShares, TokenShare } from './watch-logprobs.ts'

/** @param before tokens that precede it, for tokenizers whose spaces depend on them. */
export const toLogprob = (
  { sampled, top }: SampledShares,
  model: Pick<LlamaModel, 'detokenize'>,
  before: readonly Token[],
): TokenLogprob => {
  const last = before.slice(-4)
  // Control tokens too: the end of the answer is an alternative.
  const toChance = ({ token, logprob }: TokenShare): TokenChance => ({
    token: model.detokenize([token], true, last),
    logprob,
  })
  return { ...toChance(sampled), top: top.map(toChance) }
}
