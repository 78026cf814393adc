import type { DrySampling, Sampling, TokenBias } from '@rt/core'
import type { ChatBody } from './body.ts'

/** Sampling under the names of OpenAI, and of llama-server for what OpenAI does not have. */
export const decodeSampling = (chat: ChatBody): Sampling =>
  present({
    temperature: chat.temperature,
    topP: chat.top_p,
    topK: chat.top_k,
    minP: chat.min_p,
    repeatPenalty: chat.repeat_penalty,
    presencePenalty: chat.presence_penalty,
    frequencyPenalty: chat.frequency_penalty,
    repeatLastTokens: chat.repeat_last_n,
    seed: chat.seed,
    xtc: chat.xtc_probability
      ? { probability: chat.xtc_probability, threshold: chat.xtc_threshold ?? XTC_THRESHOLD }
      : undefined,
    dry: chat.dry_multiplier ? decodeDry(chat, chat.dry_multiplier) : undefined,
    logitBias: decodeLogitBias(chat),
  })

/** Of llama-server, where nothing is said. */
const XTC_THRESHOLD = 0.1

const decodeDry = (chat: ChatBody, multiplier: number): DrySampling => ({
  multiplier,
  ...present({
    base: chat.dry_base,
    allowedLength: chat.dry_allowed_length,
    // -1 = the whole answer.
    lastTokens: chat.dry_penalty_last_n === -1 ? undefined : chat.dry_penalty_last_n,
    sequenceBreakers: chat.dry_sequence_breakers,
  }),
})

/** Digits are the number of a token, as OpenAI has it; anything else is text, as with llama-server. */
const decodeLogitBias = ({ logit_bias: biases }: ChatBody): TokenBias[] | undefined => {
  const all = Object.entries(biases ?? {})
  if (all.length === 0) return undefined
  return all.map(([token, bias]) => ({ token: /^\d{1,10}$/.test(token) ? Number(token) : token, bias }))
}

/** Absent and null are one thing to OpenAI's clients. */
const present = <T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined)) as never
