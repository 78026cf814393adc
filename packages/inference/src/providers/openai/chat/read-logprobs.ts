import type { StreamPart, TokenChance, TokenLogprob } from '@rt/core'
import { isObject } from '../to-error.ts'

/** Puts the logprobs of a chunk to its text; those of anything else are left out. */
export const addLogprobs = (value: unknown, parts: StreamPart[]): void => {
  const content = isObject(value) && Array.isArray(value['content']) ? value['content'] : []
  const logprobs = content.flatMap((one): TokenLogprob[] => {
    const chance = readChance(one)
    if (!chance) return []
    const top: unknown = (one as Record<string, unknown>)['top_logprobs']
    return [{ ...chance, top: Array.isArray(top) ? top.flatMap((each) => readChance(each) ?? []) : [] }]
  })
  const text = parts.find((part) => part.type === 'text-delta')
  if (text && logprobs.length > 0) text.logprobs = logprobs
}

const readChance = (value: unknown): TokenChance | undefined => {
  if (!isObject(value) || typeof value['token'] !== 'string' || typeof value['logprob'] !== 'number') return undefined
  const { token, logprob, bytes } = value
  const given = Array.isArray(bytes) && bytes.every((byte) => typeof byte === 'number')
  return { token, logprob, ...(given && { bytes }) }
}
