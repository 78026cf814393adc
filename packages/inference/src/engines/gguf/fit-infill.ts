import { RtError } from '@rt/core'
import type { LlamaModel, Token } from 'node-llama-cpp'
import type { InfillTexts } from './infill-options.ts'

/** Longest token in characters that is reckoned with: no more of a text is tokenised than could fit. */
const MOST_CHARACTERS = 16

export interface FittedInfill {
  tokens: Token[]
  /** Something of the texts was left out. */
  cut: boolean
}

/**
 * The prompt for a gap, by the tokens that the model was trained with; what is far from the gap is left out where it does
 * not fit.
 *
 * @throws RtError `unsupported` for a model without such tokens.
 */
export const fitInfill = (
  { prefix, suffix }: InfillTexts,
  {
    id,
    model,
    contextTokens,
    maxOutputTokens,
  }: { id: string; model: LlamaModel; contextTokens: number; maxOutputTokens?: number | undefined },
): FittedInfill => {
  const { infill, bos, shouldPrependBosToken } = model.tokens
  const { prefix: before, suffix: behind, middle } = infill
  if (before === null || behind === null) throw noInfill(id)
  const start = shouldPrependBosToken && bos !== null ? [bos] : []
  const answer = Math.min(maxOutputTokens ?? Math.ceil(contextTokens / 4), Math.floor(contextTokens / 2))
  const room = contextTokens - answer - start.length - (middle === null ? 2 : 3)
  const most = room * MOST_CHARACTERS
  const left = model.tokenize(prefix.slice(-most), false, 'trimLeadingSpace')
  const right = model.tokenize(suffix.slice(0, most), false, 'trimLeadingSpace')
  const read = right.slice(0, Math.max(room - left.length, Math.floor(room / 4)))
  const kept = left.slice(Math.max(0, left.length - (room - read.length)))
  return {
    tokens:
      middle === null
        ? [...start, behind, ...read, before, ...kept]
        : [...start, before, ...kept, behind, ...read, middle],
    cut: kept.length + read.length < left.length + right.length || prefix.length > most || suffix.length > most,
  }
}

const noInfill = (id: string): RtError =>
  new RtError({
    code: 'unsupported',
    message: `"${id}" was not trained to fill gaps: it has no tokens for it.`,
    hint: 'Ask a model for code, such as qwen2.5-coder:1.5b (capabilities.infill), or ask in words.',
  })
