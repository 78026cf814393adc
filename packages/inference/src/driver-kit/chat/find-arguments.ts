import type { JsonValue } from '@rt/core'
import { readObject } from '../parse-tool-call.ts'

/**
 * Where the arguments of a call stand in the text it was read from, from `from` on. Undefined where they were not written as
 * one JSON object: each under a tag of its own, inside a string, or not at all.
 */
export const findArguments = (
  text: string,
  args: JsonValue,
  from: number,
): { start: number; end: number } | undefined => {
  const wanted = JSON.stringify(args)
  let start = text.indexOf('{', from)
  for (let tries = 0; start >= 0 && tries < MOST_TRIES; tries++) {
    const { json, end } = readObject(text, start)
    if (json && compact(json) === wanted) return { start, end }
    start = text.indexOf('{', start + 1)
  }
  return undefined
}

/** Each try reads at most to the end of the text: this bounds `{{{{…`. */
const MOST_TRIES = 64

const compact = (json: string): string | undefined => {
  try {
    return JSON.stringify(JSON.parse(json))
  } catch {
    return undefined
  }
}
