import { type Metric, RtError, type VectorRecord } from '@rt/core'
import { canonicalJson } from './canonical-json.ts'
import { createPacer } from './pacer.ts'

/** Longest id, in bytes of UTF-8. */
const MAX_ID_BYTES = 1024
/** Largest metadata of one record, in bytes of JSON. */
const MAX_METADATA_BYTES: number = 64 * 1024

/** A record that is safe to store: checked, copied, metadata as canonical JSON. */
export interface CheckedRecord {
  key: string
  vector: Float32Array | undefined
  text: string | undefined
  metadata: string
  expires: number | undefined
}

/**
 * Checks records and copies them. The array is the caller's again at once, the records in it when this resolves: it rests
 * between them. An id that comes twice: the last one wins. What only
 * the collection knows, the length of vectors and whether they may be zero, is left to `checkShape`.
 *
 * @throws RtError `invalid_request` naming the record and what is wrong with it.
 */
export const checkRecords = async (records: VectorRecord[], signal?: AbortSignal): Promise<CheckedRecord[]> => {
  const pace = createPacer(signal)
  const checked = new Map<string, CheckedRecord>()
  for (const record of records.slice()) {
    checked.set(record.id, checkRecord(record))
    const pause = pace()
    if (pause) await pause
  }
  return [...checked.values()]
}

/** @throws RtError `invalid_request` for an id that could not be stored or found again. */
export const checkId = (id: string): string => {
  if (typeof id !== 'string' || id === '')
    throw invalid(`a record id must be a non-empty string, not ${JSON.stringify(id)}.`)
  const name = `record ${JSON.stringify(id.slice(0, 40))}`
  const bytes = Buffer.byteLength(id)
  if (bytes > MAX_ID_BYTES)
    throw invalid(
      `${name}…: the id has ${bytes} bytes, at most ${MAX_ID_BYTES} are allowed.`,
      'Use a hash of it as the id.',
    )
  if (!id.isWellFormed()) throw invalid(`${name}: the id has half a surrogate pair, which UTF-8 cannot carry.`)
  if (id.includes('\0')) throw invalid(`${name}: the id contains a NUL character.`)
  return id
}

/**
 * @param name who the vector belongs to, for the message.
 * @throws RtError `invalid_request` for anything that is no vector of finite numbers.
 */
export const checkVector = (vector: Float32Array, name: string): void => {
  if (!(vector instanceof Float32Array) || vector.length === 0)
    throw invalid(
      `${name}: the vector must be a Float32Array that is not empty.`,
      'Wrap numbers in Float32Array.from(numbers).',
    )
  for (let i = 0; i < vector.length; i++)
    if (!Number.isFinite(vector[i])) throw invalid(`${name}: the vector has ${vector[i]} at position ${i}.`)
}

/** @throws RtError `invalid_request` for a vector cosine is not defined on. */
export const refuseZero = (vector: Float32Array, name: string): void => {
  for (let i = 0; i < vector.length; i++) if (vector[i] !== 0) return
  throw invalid(
    `${name}: the vector is all zeros, and the cosine with it is not defined.`,
    'Leave the vector out to store or ask for the text alone.',
  )
}

/** @throws RtError `invalid_request` for a vector that does not fit into the collection. */
export const checkShape = (
  vector: Float32Array,
  name: string,
  collection: { name: string; dimensions: number; metric: Metric },
): void => {
  checkDimensions(vector, collection.dimensions, name, collection.name)
  if (collection.metric === 'cosine') refuseZero(vector, name)
}

/** @throws RtError `invalid_request` for a vector of another length than the collection's. */
export const checkDimensions = (vector: Float32Array, dimensions: number, name: string, collection: string): void => {
  if (vector.length === dimensions) return
  throw new RtError({
    code: 'invalid_request',
    message: `${name}: the vector has ${vector.length} dimensions, collection "${collection}" has ${dimensions}.`,
    hint: 'Embed with the model the collection was made with, or use another collection.',
    data: { given: vector.length, expected: dimensions },
  })
}

export const recordName = (key: string): string => `record ${JSON.stringify(key)}`

const checkRecord = (record: VectorRecord): CheckedRecord => {
  if (typeof record !== 'object' || record === null) throw invalid(`a record must be an object, not ${String(record)}.`)
  const { id, vector, text, metadata, expires } = record
  const key = checkId(id)
  if (vector !== undefined) checkVector(vector, recordName(key))
  if (text !== undefined && typeof text !== 'string') throw invalid(`${recordName(key)}: the text must be a string.`)
  if (expires !== undefined && !Number.isSafeInteger(expires))
    throw invalid(
      `${recordName(key)}: expires must be a whole number of milliseconds since 1970, not ${String(expires)}.`,
      'Give Date.now() + the milliseconds it shall live, or the getTime() of a Date.',
    )
  return { key, vector: vector?.slice(), text, metadata: checkMetadata(key, metadata), expires }
}

/** @throws RtError `invalid_request` naming the record. @returns canonical JSON. */
export const checkMetadata = (key: string, metadata: unknown = {}): string => {
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata))
    throw invalid(`${recordName(key)}: the metadata must be an object.`)
  const json = toJson(key, metadata)
  const bytes = Buffer.byteLength(json)
  if (bytes <= MAX_METADATA_BYTES) return json
  throw invalid(
    `${recordName(key)}: the metadata has ${bytes} bytes of JSON, at most ${MAX_METADATA_BYTES} are allowed.`,
    'Put long content into `text`, or keep it elsewhere and store its id.',
  )
}

const toJson = (key: string, metadata: object): string => {
  try {
    return canonicalJson(metadata)
  } catch (cause) {
    if (!RtError.isInstance(cause)) throw cause
    throw new RtError({ code: 'invalid_request', message: `${recordName(key)}: metadata ${cause.message}.`, cause })
  }
}

const invalid = (message: string, hint?: string): RtError => new RtError({ code: 'invalid_request', message, hint })
