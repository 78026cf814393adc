import { RtError } from '../errors/rt-error.ts'
import type { JsonObject } from '../schema/json.ts'
import type { VectorRecord } from './vector-store.ts'

/** A record as a line of JSON Lines. */
export interface RecordJson {
  id: string
  /** Numbers, or little-endian float32 in base64: a quarter of the size, and exact. */
  vector?: string | number[]
  text?: string
  metadata?: JsonObject
  /** Milliseconds since 1970. */
  expires?: number
}

/** A record as JSON can carry it; what is not there is left out. */
export const recordToJson = ({ id, vector, text, metadata, expires }: VectorRecord): RecordJson => ({
  id,
  ...(vector && { vector: vectorToBase64(vector) }),
  ...(text !== undefined && { text }),
  ...(metadata !== undefined && { metadata }),
  ...(expires !== undefined && { expires }),
})

/**
 * Reads a record that came as JSON. What a store checks itself (lengths, numbers of a vector) is left to it.
 *
 * @param where names it in errors: `records[3]`, `line 7`.
 * @throws RtError `invalid_request` naming place and field.
 */
export const recordFromJson = (value: unknown, where: string): VectorRecord => {
  if (!isObject(value)) throw invalid(where, 'a record is an object such as {"id":"a","text":"…"}.')
  const unknown = Object.keys(value).find((key) => !KEYS.has(key))
  if (unknown !== undefined)
    throw invalid(where, `a record has no ${JSON.stringify(unknown.slice(0, 64))}.`, `It has ${[...KEYS].join(', ')}.`)
  const { id, vector, text, metadata, expires } = value
  if (typeof id !== 'string' || id === '') throw invalid(`${where}.id`, 'an id is text of at least one character.')
  if (text !== undefined && typeof text !== 'string') throw invalid(`${where}.text`, 'it must be text.')
  if (metadata !== undefined && !isObject(metadata)) throw invalid(`${where}.metadata`, 'it must be an object.')
  if (expires !== undefined && !Number.isSafeInteger(expires))
    throw invalid(`${where}.expires`, 'it must be milliseconds since 1970, a whole number.')
  return {
    id,
    ...(vector !== undefined && { vector: vectorFromJson(vector, `${where}.vector`) }),
    ...(text !== undefined && { text }),
    ...(metadata !== undefined && { metadata: metadata as JsonObject }),
    ...(expires !== undefined && { expires: expires as number }),
  }
}

/** Little-endian float32 in base64. */
export const vectorToBase64 = (vector: Float32Array): string => {
  const bytes = new Uint8Array(vector.length * 4)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < vector.length; i++) view.setFloat32(i * 4, vector[i]!, true)
  let binary = ''
  // In pieces: a call takes a limited number of arguments.
  for (let i = 0; i < bytes.length; i += 8192) binary += String.fromCharCode(...bytes.subarray(i, i + 8192))
  return btoa(binary)
}

/**
 * A vector as numbers, or as `vectorToBase64` wrote it.
 *
 * @throws RtError `invalid_request` naming `where`.
 */
export const vectorFromJson = (value: unknown, where: string): Float32Array => {
  if (typeof value === 'string') return fromBase64(value, where)
  if (!Array.isArray(value)) throw invalid(where, 'a vector is a list of numbers, or float32 in base64.')
  const wrong = value.findIndex((number) => typeof number !== 'number')
  if (wrong >= 0) throw invalid(`${where}[${wrong}]`, `${JSON.stringify(value[wrong])} is not a number.`)
  return Float32Array.from(value as number[])
}

// ---

const KEYS: ReadonlySet<string> = new Set(['id', 'vector', 'text', 'metadata', 'expires'])

const fromBase64 = (text: string, where: string): Float32Array => {
  const binary = decode(text, where)
  if (binary.length === 0 || binary.length % 4 !== 0)
    throw invalid(where, `its base64 holds ${binary.length} bytes, which are not whole float32 numbers.`)
  const view = new DataView(new ArrayBuffer(binary.length))
  for (let i = 0; i < binary.length; i++) view.setUint8(i, binary.charCodeAt(i))
  return Float32Array.from({ length: binary.length / 4 }, (_, i) => view.getFloat32(i * 4, true))
}

const decode = (text: string, where: string): string => {
  try {
    return atob(text)
  } catch (cause) {
    throw invalid(
      where,
      'it is not valid base64.',
      'Write little-endian float32 in base64, or a list of numbers.',
      cause,
    )
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const invalid = (where: string, why: string, hint?: string, cause?: unknown): RtError =>
  new RtError({ code: 'invalid_request', message: `${where}: ${why}`, hint, cause, data: { param: where } })
