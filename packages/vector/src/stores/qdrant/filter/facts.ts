import { createHash } from 'node:crypto'
import type { JsonObject, JsonValue } from '@rt/core'
import { canonicalJson } from '../../../driver-kit/canonical-json.ts'
import { type FieldPath, parseDatetime } from '../../../filter/index.ts'

/** Longest text of a fact, in UTF-16 units; longer ones are hashed. */
const MAX_FACT = 200

/**
 * What can be asked of one record's metadata, in a form Qdrant's filters answer exactly. Qdrant itself takes a list for
 * any of its elements, an integer for another number than the same float, and knows no equality of lists and objects;
 * so equality is asked of `facts`, words that say `path = value`, type and all, and ranges of numbers and dates of
 * fields that hold nothing else.
 */
export interface MetadataFacts {
  facts: string[]
  /** By `fieldKey`. */
  numbers: Record<string, number>
  /** By `fieldKey`: milliseconds since 1970. */
  dates: Record<string, number>
}

export const factsOf = (metadata: JsonObject): MetadataFacts => {
  const found: MetadataFacts = { facts: [], numbers: {}, dates: {} }
  const visit = (value: JsonValue, path: FieldPath): void => {
    found.facts.push(existsFact(path), equalsFact(path, value))
    if (typeof value === 'number') found.numbers[fieldKey(path)] = value
    if (typeof value === 'string') {
      const time = parseDatetime(value)
      if (time !== undefined) found.dates[fieldKey(path)] = time
      const head = headFact(path, value)
      if (head !== undefined) found.facts.push(head)
    }
    if (Array.isArray(value))
      found.facts.push(...new Set(value.filter(isScalar).map((item) => elementFact(path, item))))
    else if (typeof value === 'object' && value !== null)
      for (const [name, inner] of Object.entries(value)) visit(inner, [...path, name])
  }
  for (const [name, value] of Object.entries(metadata)) visit(value, [name])
  return found
}

export const existsFact = (path: FieldPath): string => `${pathText(path)}?`

export const equalsFact = (path: FieldPath, value: JsonValue): string => `${pathText(path)}=${valueText(value)}`

/** Of a list: it has this element. */
export const elementFact = (path: FieldPath, value: JsonValue): string => `${pathText(path)}~${valueText(value)}`

/**
 * What the facts of texts that begin so begin with, and whether that is all there is to the question.
 */
export const prefixFacts = (path: FieldPath, beginning: string): { beginnings: string[]; exact: boolean } => {
  // Half a surrogate pair begins characters that are written otherwise.
  const quoted = quotedHead(beginning.isWellFormed() ? beginning : '')
  const exact = quoted.length === JSON.stringify(beginning).length - 1
  return { beginnings: [`${pathText(path)}=${quoted}`, `${pathText(path)}^${quoted}`], exact }
}

/**
 * A path as one key of Qdrant's paths, which know letters, digits and `_`: other bytes are `_` and two hex digits,
 * names are joined by `__`.
 */
export const fieldKey = (path: FieldPath): string => {
  const key = path.map(encodeName).join('__')
  return key.length <= MAX_FACT ? key : `_h${hash(key)}`
}

/** The path a key stands for; undefined for a hash. */
export const pathOf = (key: string): FieldPath | undefined =>
  key.startsWith('_h')
    ? undefined
    : key.split('__').map((name) =>
        Buffer.from(
          name.replaceAll(
            /_([0-9a-f]{2})|([^_])/g,
            (_, hex: string | undefined, plain: string) => hex ?? plain.charCodeAt(0).toString(16),
          ),
          'hex',
        ).toString(),
      )

const encodeName = (name: string): string =>
  Array.from(Buffer.from(name), (byte) => {
    const letter = String.fromCharCode(byte)
    return /[A-Za-z0-9]/.test(letter) ? letter : `_${byte.toString(16).padStart(2, '0')}`
  }).join('')

const pathText = (path: FieldPath): string => {
  const text = JSON.stringify(path)
  return text.length <= MAX_FACT ? text : `#${hash(text)}`
}

const valueText = (value: JsonValue): string => {
  const text = canonicalJson(value)
  return text.length <= MAX_FACT ? text : `#${hash(text)}`
}

/** The beginning of a text whose value is hashed. */
const headFact = (path: FieldPath, value: string): string | undefined =>
  canonicalJson(value).length <= MAX_FACT ? undefined : `${pathText(path)}^${quotedHead(value)}`

/** A text as JSON without its closing quote, cut between two characters where it is long. */
const quotedHead = (text: string): string => {
  let quoted = '"'
  for (const character of text) {
    const escaped = JSON.stringify(character).slice(1, -1)
    if (quoted.length + escaped.length > MAX_FACT - 1) break
    quoted += escaped
  }
  return quoted
}

const isScalar = (value: JsonValue): boolean => typeof value !== 'object' || value === null

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32)
