import { RtError } from '@rt/core'
import type { LlamaModel, Token } from 'node-llama-cpp'

/**
 * The text of tokens from outside.
 *
 * @throws RtError `invalid_request` before native code, which trusts them, sees a number that no token has.
 */
export const readTokens = (tokens: readonly number[], model: LlamaModel, special: boolean): string => {
  const size = model.fileInfo.metadata.tokenizer?.ggml?.tokens?.length ?? 0
  const wrong = tokens.find((token) => !Number.isInteger(token) || token < 0 || token >= size)
  if (wrong === undefined) return model.detokenize(tokens as Token[], special)
  throw new RtError({
    code: 'invalid_request',
    message: `${wrong} is no token: the vocabulary goes from 0 to ${size - 1}.`,
    data: { field: 'tokens' },
  })
}
