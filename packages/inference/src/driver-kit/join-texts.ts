import type { StreamPart } from '@rt/core'

/** Parts that came at the same moment, with the deltas of one text put together: each part costs whoever passes it on. */
export const joinTexts = (parts: Iterable<StreamPart>): StreamPart[] => {
  const joined: StreamPart[] = []
  for (const part of parts) {
    const last = joined.at(-1)
    if (isText(part) && last && isText(last) && last.type === part.type && !last.provider)
      joined[joined.length - 1] = joinText(last, part)
    else joined.push(part)
  }
  return joined
}

type TextPart = Extract<StreamPart, { type: 'text-delta' | 'reasoning-delta' }>

/** Two deltas of one text. */
export const joinText = (first: TextPart, second: TextPart): TextPart => {
  const { logprobs: before } = { logprobs: undefined, ...first }
  const { logprobs: after } = { logprobs: undefined, ...second }
  const logprobs = before || after ? [...(before ?? []), ...(after ?? [])] : undefined
  return { ...second, text: first.text + second.text, ...(logprobs && { logprobs }) }
}

const isText = (part: StreamPart): part is TextPart => part.type === 'text-delta' || part.type === 'reasoning-delta'
