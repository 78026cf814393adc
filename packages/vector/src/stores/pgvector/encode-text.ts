import type { JsonObject, JsonValue } from '@rt/core'

/**
 * Postgres refuses U+0000 in texts and in jsonb. It is written in U+0001 and U+0002, and so are these. The three words
 * sort as what they stand for, none begins another, and none is found across two others: a filter on texts by order,
 * beginning or part means the same on what is stored.
 */
const WORDS: readonly string[] = ['\u0001\u0001\u0001\u0002', '\u0001\u0001\u0002\u0002', '\u0001\u0002\u0002\u0002']

const isSpecial = (text: string): boolean => {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) <= 2) return true
  return false
}

/** A text as Postgres can keep it; half a surrogate pair becomes U+FFFD. */
export const encodeText = (text: string): string => {
  const whole = text.toWellFormed()
  return isSpecial(whole) ? Array.from(whole, (char) => WORDS[char.charCodeAt(0)] ?? char).join('') : whole
}

export const decodeText = (text: string): string => {
  if (!text.includes('\u0001')) return text
  let decoded = ''
  for (let i = 0; i < text.length; i++) {
    const word = text[i] === '\u0001' ? WORDS.indexOf(text.slice(i, i + 4)) : -1
    decoded += word === -1 ? text[i]! : String.fromCharCode(word)
    if (word !== -1) i += 3
  }
  return decoded
}

/** JSON of a value as jsonb can keep it. */
export const encodeJson = (value: JsonValue): string => {
  const json = JSON.stringify(value)
  return needsEncoding(json) ? JSON.stringify(mapTexts(value, encodeText)) : json
}

/** The same for a value that is JSON already. */
export const encodeJsonText = (json: string): string =>
  needsEncoding(json) ? JSON.stringify(mapTexts(JSON.parse(json) as JsonValue, encodeText)) : json

/** What `metadata::text` gives. */
export const decodeJson = (json: string): JsonObject => {
  const value = JSON.parse(json) as JsonObject
  return json.includes(String.raw`\u0001`) ? (mapTexts(value, decodeText) as JsonObject) : value
}

/** JSON has these as escapes; the surrogates only where they are halves. */
const needsEncoding = (json: string): boolean => /\\u(?:000[0-2]|d[89a-f])/i.test(json)

const mapTexts = (value: JsonValue, map: (text: string) => string): JsonValue => {
  if (typeof value === 'string') return map(value)
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, map))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [map(key), mapTexts(item, map)]))
}
