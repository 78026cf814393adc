import { RtError } from '@rt/core'
import { DEFAULT_CONTEXT, type GgufModelOptions } from './options.ts'
import { checkNumber, checkSampling } from './sampling.ts'
import { DEFAULT_TOKENS, type GgufRerankerOptions } from './vector-options.ts'

/** @throws RtError `invalid_request` naming the field, before a file is opened. */
export const checkNumbers = ({
  contextTokens,
  sequences,
  kvBudgetBytes,
  sampling,
}: Pick<GgufModelOptions, 'contextTokens' | 'sequences' | 'kvBudgetBytes' | 'sampling'>): void => {
  if (contextTokens !== undefined) checkNumber('contextTokens', contextTokens, { low: 16, high: 2 ** 24, whole: true })
  if (sequences !== undefined) checkNumber('sequences', sequences, { low: 1, high: 256, whole: true })
  if (kvBudgetBytes !== undefined) checkNumber('kvBudgetBytes', kvBudgetBytes, { low: 1, high: 2 ** 50, whole: true })
  if (sampling !== undefined) checkSampling(sampling)
}

/** The same of an embedder or a reranker. */
export const checkTextLength = ({ maxTokens }: Pick<GgufRerankerOptions, 'maxTokens'>): void => {
  if (maxTokens !== undefined) checkNumber('maxTokens', maxTokens, { low: 4, high: 2 ** 24, whole: true })
}

/** Context window of one conversation. @throws RtError `invalid_request` above what the model was trained for. */
export const contextSize = (
  { id, contextTokens }: Pick<GgufModelOptions, 'id' | 'contextTokens'>,
  trained: number,
): number => checked('contextTokens', id, contextTokens, trained) ?? Math.min(trained, DEFAULT_CONTEXT)

/** Longest text in tokens. Throws as {@link contextSize} does. */
export const textLength = ({ id, maxTokens }: Pick<GgufRerankerOptions, 'id' | 'maxTokens'>, trained: number): number =>
  checked('maxTokens', id, maxTokens, trained) ?? Math.min(trained, DEFAULT_TOKENS)

const checked = (field: string, id: string, tokens: number | undefined, trained: number): number | undefined => {
  if (tokens === undefined || tokens <= trained) return tokens
  throw new RtError({
    code: 'invalid_request',
    message: `${field} is ${tokens}, and "${id}" was trained for ${trained}.`,
    hint: `Use at most ${trained}.`,
    data: { field, trainContextTokens: trained },
  })
}
