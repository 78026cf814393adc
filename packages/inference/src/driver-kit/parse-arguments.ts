import type { JsonValue } from '@rt/core'

/** The arguments of a call. What is no JSON stays the text it is: whoever checks arguments can say so to the model. */
export const parseArguments = (text: string, empty: JsonValue = {}): JsonValue => {
  if (!text.trim()) return empty
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return text
  }
}
