import type { JsonObject, Metric, Tokenizer, VectorRecord } from '@rt/core'
import type { Schemas } from '@qdrant/js-client-rest'
import type { CheckedRecord } from '../../driver-kit/check-records.ts'
import { vectorNorm } from '../../driver-kit/vector-math.ts'
import { factsOf } from './filter/facts.ts'
import { pointId } from './point-id.ts'
import { documentVector } from './words/sparse-vector.ts'
import { wordsOf } from './words/words-of.ts'

/** The names of the two vectors a point may have. */
export const DENSE = 'dense'
export const WORDS = 'words'

/** What a point carries. Only the first five are the record's own; the others are there to be asked for. */
export type Payload = {
  id: string
  text?: string
  /** JSON, as it was given: Qdrant's own numbers would round some. */
  metadata: string
  /** Milliseconds since 1970. */
  expires?: number
  /** The vector as it was given, where its length was scaled to 1: float32 in base64. */
  given?: string
  /** See `factsOf`. */
  facts: string[]
  numbers?: Record<string, number>
  dates?: Record<string, number>
  /** The words of the text in their order, for phrases. */
  words?: string
  /** Each of them once, for what must be there and for beginnings. */
  terms?: string[]
}

/** Records a request or an answer carries, so that reading one holds nobody up: about 1 MB where texts are short. */
export const recordsAtOnce = (dimensions: number): number =>
  Math.max(10, Math.min(200, Math.floor(1_000_000 / (12 * dimensions + 2000))))

/** The part of the payload a record is read from. */
export const RECORD_KEYS: (keyof Payload)[] = ['id', 'text', 'metadata', 'expires', 'given']

/** A vector this near to length 1 counts as one: its cosine is then off by less than float32 can say. */
const UNIT_TOLERANCE = 2e-7

export const toPoint = async (
  { key, vector, text, metadata, expires }: CheckedRecord,
  { metric, tokenizer, pace }: { metric: Metric; tokenizer: Tokenizer; pace: () => Promise<void> | undefined },
): Promise<Schemas['PointStruct']> => {
  const norm = vector && metric === 'cosine' ? vectorNorm(vector) : 1
  const isUnit = Math.abs(norm - 1) <= UNIT_TOLERANCE
  const tokens = await wordsOf(text ?? '', tokenizer, pace)
  const { stream, characters } = tokens
  const sparse = documentVector(tokens)
  const payload: Payload = {
    id: key,
    ...(text !== undefined && { text: text.toWellFormed() }),
    ...metadataPayload(metadata),
    ...(expires !== undefined && { expires }),
    ...(vector &&
      !isUnit && { given: Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64') }),
    ...(stream.length && { words: stream.join(' '), terms: [...new Set([...stream, ...characters])] }),
  }
  return {
    id: pointId(key),
    vector: { ...(vector && { [DENSE]: decimals(vector, isUnit ? 1 : norm) }), ...(sparse && { [WORDS]: sparse }) },
    payload,
  }
}

/** What of a payload follows from the metadata. */
export const metadataPayload = (
  metadata: string,
): Pick<Payload, 'metadata' | 'facts'> & Partial<Pick<Payload, 'numbers' | 'dates'>> => {
  const { facts, numbers, dates } = factsOf(JSON.parse(metadata) as JsonObject)
  return {
    metadata,
    facts,
    ...(Object.keys(numbers).length && { numbers }),
    ...(Object.keys(dates).length && { dates }),
  }
}

export const toRecord = (point: { payload?: unknown; vector?: unknown }): VectorRecord => {
  const { id, text, metadata, expires, given } = point.payload as Payload
  const stored = (point.vector as { [DENSE]?: number[] } | null | undefined)?.[DENSE]
  return {
    id,
    ...(stored && { vector: given === undefined ? Float32Array.from(stored) : fromBase64(given) }),
    ...(text !== undefined && text !== null && { text }),
    metadata: JSON.parse(metadata) as JsonObject,
    ...(typeof expires === 'number' && { expires }),
  }
}

/** Scaled to length 1 where `norm` is not 1, in the fewest digits that are the same float32. */
export const decimals = (vector: Float32Array, norm: number): number[] =>
  Array.from(vector, (value) => Number(Math.fround(value / norm).toPrecision(9)))

const fromBase64 = (text: string): Float32Array => {
  const bytes = Buffer.from(text, 'base64')
  return new Float32Array(Uint8Array.from(bytes).buffer)
}
