import { RtError } from '@rt/core'
import type { LlamaContextSequence, LlamaModel, Token } from 'node-llama-cpp'

/** A token and the natural logarithm of how likely the model itself holds it. */
export interface TokenShare {
  token: Token
  logprob: number
}

export interface SampledShares {
  sampled: TokenShare
  /** The likeliest, best first. */
  top: TokenShare[]
}

export interface LogprobWatch {
  /** To evaluate with, instead of the sequence it was made of. */
  readonly sequence: LlamaContextSequence
  /** Of the token that was sampled last. */
  last(): SampledShares | undefined
  [Symbol.dispose](): void
}

/**
 * Tells what the model says of the tokens a sequence samples, before any sampler, bias, penalty or grammar. What the
 * binding offers for it does without grammar, seed and DRY, or lists the whole vocabulary. So each step is read a second
 * time, by a sampler that changes nothing, before the context goes on: tokens stay the same, with and without.
 *
 * All that is used of the binding's internals is here; `watch-logprobs.test.ts` fails when they change.
 */
export const watchLogprobs = (llama: LlamaContextSequence, model: LlamaModel, top: number): LogprobWatch => {
  const inner = llama as unknown as InnerSequence
  const { _bindings: bindings } = (model as unknown as InnerModel)._llama
  const context = inner._context?._ctx
  if (
    !bindings?.AddonSampler ||
    typeof inner._decodeTokens !== 'function' ||
    typeof context?.sampleToken !== 'function'
  )
    throw new RtError({
      code: 'unsupported',
      message: 'logprobs cannot be read with this version of node-llama-cpp.',
      hint: 'Use the version this package was released with, or leave logprobs out.',
    })
  const plain = new bindings.AddonSampler((model as unknown as InnerModel)._model)
  plain.applyConfig({ temperature: 0, topK: 0, topP: 1, minP: 0 })
  let last: SampledShares | undefined

  const read = async (place: number, token: Token): Promise<void> => {
    const wanted = [[token], false, false, true, Math.max(1, top)] as const
    const [, , , pairs = [], weight = 1] = await context.sampleToken(place, plain, false, false, wanted, true)
    last = toShares(pairs, { token, weight, top })
  }
  const decode: InnerSequence['_decodeTokens'] = (tokens, logits, priority, meter, shift, sample, after) =>
    inner._decodeTokens(
      tokens,
      logits,
      priority,
      meter,
      shift,
      async (place, index) => {
        const token = await sample(place, index)
        if (typeof token === 'number' && token >= 0) await read(place, token as Token)
        return token
      },
      after,
    )
  return {
    sequence: Object.create(llama, { _decodeTokens: { value: decode } }) as LlamaContextSequence,
    last: () => last,
    [Symbol.dispose]: () => plain.dispose(),
  }
}

/** @param pairs tokens and logits by turns, the likeliest first; some twice. */
const toShares = (
  pairs: readonly number[],
  { token, weight, top }: { token: Token; weight: number; top: number },
): SampledShares => {
  const logits = new Map<Token, number>()
  for (let at = 0; at + 1 < pairs.length; at += 2) logits.set(pairs[at] as Token, pairs[at + 1]!)
  const total = Math.max(...logits.values()) + Math.log(weight)
  const share = (one: Token): TokenShare => ({
    token: one,
    logprob: Math.max(LEAST, Math.min(0, (logits.get(one) ?? -Infinity) - total)),
  })
  return { sampled: share(token), top: [...logits.keys()].slice(0, top).map(share) }
}

/** What OpenAI says of the impossible: JSON has no infinity. */
const LEAST = -9999

interface InnerSequence {
  readonly _context?: {
    readonly _ctx?: {
      sampleToken(
        place: number,
        sampler: InnerSampler,
        probabilities: boolean,
        confidence: boolean,
        logits: readonly [tokens: readonly Token[], max: boolean, min: boolean, selected: boolean, top: number],
        weight: boolean,
      ): Promise<[Token, unknown, unknown, number[] | undefined, number | undefined]>
    }
  }
  _decodeTokens(
    tokens: Token[],
    logits: unknown,
    priority: unknown,
    meter: unknown,
    shift: unknown,
    sample: (place: number, index: number) => unknown,
    after: unknown,
  ): Promise<unknown>
}

interface InnerSampler {
  applyConfig(config: Record<string, number>): void
  dispose(): void
}

interface InnerModel {
  readonly _model: unknown
  readonly _llama: { readonly _bindings?: { readonly AddonSampler?: new (model: unknown) => InnerSampler } }
}
