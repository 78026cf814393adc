import type { ModelRequest } from '@rt/core'
import type { LlamaModel, SequenceEvaluateOptions, Token, TokenBias } from 'node-llama-cpp'
import type { ResolvedSampling } from '../../driver-kit/sampling.ts'
import type { HostModel } from './load-model.ts'
import { penaltyWindow, resolveSampling } from './sampling.ts'

/** All of a request's sampling in the words of the binding, which has defaults of its own for what is left out. */
export const evaluateOptions = async (
  { model, sampling, info }: Pick<HostModel, 'model' | 'sampling' | 'info'>,
  request: Pick<ModelRequest, 'sampling'>,
  { written }: { written: () => readonly Token[] },
): Promise<SequenceEvaluateOptions> => {
  const resolved = resolveSampling(request.sampling, sampling)
  const { temperature, topK, topP, minP, seed, xtc, dry, repeatLastTokens } = resolved
  const tokenBias = await toTokenBias(resolved.logitBias, model)
  return {
    temperature,
    topK,
    topP,
    minP,
    seed,
    xtc,
    repeatPenalty: {
      punishTokens: () => penaltyWindow(written(), repeatLastTokens) as Token[],
      maxPunishTokens: repeatLastTokens,
      penalty: resolved.repeatPenalty,
      presencePenalty: resolved.presencePenalty,
      frequencyPenalty: resolved.frequencyPenalty,
    },
    dryRepeatPenalty: {
      strength: dry.multiplier,
      base: dry.base,
      allowedLength: dry.allowedLength,
      // With the binding's own word for all of them, null, its llama.cpp does nothing.
      lastTokens: dry.lastTokens ?? info.contextTokens,
      // The same list at each step: another one is looked up in the whole vocabulary again.
      sequenceBreakers: dry.sequenceBreakers,
    },
    ...(tokenBias && { tokenBias }),
  }
}

const toTokenBias = async (
  biases: ResolvedSampling['logitBias'],
  model: LlamaModel,
): Promise<TokenBias | undefined> => {
  if (biases.length === 0) return undefined
  const { TokenBias } = await import('./llama-library.ts')
  const all = TokenBias.for(model)
  for (const { token, bias } of biases) all.set(token as Token | string, { logit: bias })
  return all
}
