import type { LlamaModel } from 'node-llama-cpp'

type Token = ReturnType<LlamaModel['tokenize']>[number]

export interface Steering {
  /** Asked before a token is passed on: what takes its place. */
  instead(token: Token): readonly Token[] | undefined
  /** Asked behind a token: what the model has to read as its own before it goes on. */
  behind(): readonly Token[] | undefined
}

/** The tokens a model writes, with those that are written for it in their place. */
export async function* steer(
  steps: AsyncGenerator<Token, void, void | Token | Token[]>,
  { instead, behind }: Steering,
): AsyncGenerator<{ token: Token; sampled: boolean }, void> {
  try {
    let feed: Token[] | undefined
    for (let step = await steps.next(); !step.done; step = await steps.next(feed)) {
      const replaced = instead(step.value)
      if (replaced) yield* writtenFor(replaced)
      else yield { token: step.value, sampled: true }
      const added = behind()
      yield* writtenFor(added ?? [])
      feed = replaced || added ? [...(replaced ?? [step.value]), ...(added ?? [])] : undefined
    }
  } finally {
    await steps.return()
  }
}

const writtenFor = (tokens: readonly Token[]): { token: Token; sampled: boolean }[] =>
  tokens.map((token) => ({ token, sampled: false }))

/** Detokenises; the control tokens within `markers` are text, all others nothing. */
export const detokenizeWith = (
  model: LlamaModel,
  markers: readonly string[],
): ((tokens: readonly number[], before: readonly number[]) => string) => {
  const shown = new Set(
    markers
      .flatMap((marker) => (marker ? model.tokenize(marker, true) : []))
      .filter((token) => model.isSpecialToken(token)),
  )
  return (tokens, before) =>
    model.detokenize(
      tokens as Token[],
      (tokens as Token[]).some((token) => shown.has(token)),
      before as Token[],
    )
}
