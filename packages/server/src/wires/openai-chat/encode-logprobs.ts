import type { TokenChance, TokenLogprob } from '@rt/core'

/** In OpenAI's shape; `null` where there are none. */
export const encodeLogprobs = (logprobs: TokenLogprob[] = []): object | null =>
  logprobs.length === 0
    ? null
    : {
        content: logprobs.map(({ top, ...chance }) => ({
          ...encodeChance(chance),
          top_logprobs: top.map(encodeChance),
        })),
        refusal: null,
      }

const encodeChance = ({ token, logprob, bytes }: TokenChance): object => ({
  token,
  logprob,
  // Half a character has no bytes that could be told from its text.
  bytes: bytes ?? (token.includes('\uFFFD') ? null : [...new TextEncoder().encode(token)]),
})
