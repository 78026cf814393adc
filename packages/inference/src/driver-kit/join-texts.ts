import type { StreamPart } from '@rt/core'

/** Parts that came at the same moment, with the deltas of one text put together: each part costs whoever passes it on. */
export const joinTexts = (parts: Iterable<StreamPart>): StreamPart[] => {
  const joined: StreamPart[] = []
  for (const part of parts) {
    const last = joined.at(-1)
    if (isText(part) && last && isText(last) && last.type === part.type && !last.provider)
      joined[joined.length - 1] = { ...part, text: last.text + part.text }
    else joined.push(part)
  }
  return joined
}

const isText = (part: StreamPart): part is Extract<StreamPart, { type: 'text-delta' | 'reasoning-delta' }> =>
  part.type === 'text-delta' || part.type === 'reasoning-delta'
