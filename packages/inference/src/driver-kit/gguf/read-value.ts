import { RtError } from '@rt/core'
import type { FileCursor } from './file-cursor.ts'

export type GgufValue = number | bigint | boolean | string | number[]

/** Longest text that is kept, in bytes: a chat template has some thousands. */
const LONGEST_TEXT = 1024 * 1024
/** Longest list of numbers that is kept: one value a layer. */
const LONGEST_LIST = 1024
/** Texts of one list; the largest vocabularies have a quarter of a million, and twice as many merges. */
const MOST_TEXTS = 2_000_000
/** All that is kept of one file, in bytes: a file of 10,000 long texts must not fill the memory. */
const MOST_KEPT = 4 * 1024 * 1024

const STRING = 8
const ARRAY = 9

/** Readers of fixed-size values, by the number of their type, with the bytes they take. */
const SCALARS: ReadonlyMap<number, { bytes: number; read: (bytes: Buffer) => number | bigint | boolean }> = new Map([
  [0, { bytes: 1, read: (bytes: Buffer) => bytes.readUInt8() }],
  [1, { bytes: 1, read: (bytes: Buffer) => bytes.readInt8() }],
  [2, { bytes: 2, read: (bytes: Buffer) => bytes.readUInt16LE() }],
  [3, { bytes: 2, read: (bytes: Buffer) => bytes.readInt16LE() }],
  [4, { bytes: 4, read: (bytes: Buffer) => bytes.readUInt32LE() }],
  [5, { bytes: 4, read: (bytes: Buffer) => bytes.readInt32LE() }],
  [6, { bytes: 4, read: (bytes: Buffer) => bytes.readFloatLE() }],
  [7, { bytes: 1, read: (bytes: Buffer) => bytes.readUInt8() !== 0 }],
  [10, { bytes: 8, read: (bytes: Buffer) => bytes.readBigUInt64LE() }],
  [11, { bytes: 8, read: (bytes: Buffer) => bytes.readBigInt64LE() }],
  [12, { bytes: 8, read: (bytes: Buffer) => bytes.readDoubleLE() }],
])

/** What may still be kept of a file, in bytes. */
export interface KeptBytes {
  left: number
}

export const createKeptBytes = (): KeptBytes => ({ left: MOST_KEPT })

/** One value with its type before it; undefined for what is too long to keep. `index` is for errors. */
export const readValue = async (cursor: FileCursor, index: number, kept: KeptBytes): Promise<GgufValue | undefined> => {
  await cursor.need(4)
  const type = cursor.u32()
  if (type === STRING) return await readText(cursor, kept)
  if (type === ARRAY) return await readArray(cursor, index, kept)
  return await readScalar(cursor, type, index)
}

const readScalar = async (cursor: FileCursor, type: number, index: number): Promise<number | bigint | boolean> => {
  const scalar = SCALARS.get(type)
  if (!scalar) throw unknownType(type, index)
  await cursor.need(scalar.bytes)
  return scalar.read(cursor.take(scalar.bytes))
}

const readText = async (cursor: FileCursor, kept: KeptBytes): Promise<string | undefined> => {
  await cursor.need(8)
  const length = cursor.u64()
  if (length > Math.min(LONGEST_TEXT, kept.left)) {
    cursor.skip(length)
    return undefined
  }
  kept.left -= length
  await cursor.need(length)
  return cursor.take(length).toString('utf8')
}

const readArray = async (cursor: FileCursor, index: number, kept: KeptBytes): Promise<number[] | undefined> => {
  await cursor.need(12)
  const type = cursor.u32()
  const count = cursor.u64()
  if (type === STRING) return await skipTexts(cursor, count, index)
  const scalar = SCALARS.get(type)
  // Lists of lists are allowed by the format and written by nobody.
  if (!scalar) throw unknownType(type, index)
  if (count > LONGEST_LIST || count * 8 > kept.left) {
    cursor.skip(count * scalar.bytes)
    return undefined
  }
  kept.left -= count * 8
  await cursor.need(count * scalar.bytes)
  return Array.from({ length: count }, () => Number(scalar.read(cursor.take(scalar.bytes))))
}

/** Waiting once a window, not once a text, keeps a vocabulary of 150,000 within milliseconds. */
const skipTexts = async (cursor: FileCursor, count: number, index: number): Promise<undefined> => {
  if (count > MOST_TEXTS || count * 8 > cursor.left)
    throw new RtError({ code: 'model_invalid', message: `metadata entry ${index} announces ${count} texts` })
  for (let i = 0; i < count; i++) {
    if (!cursor.has(8)) await cursor.need(8)
    cursor.skip(cursor.u64())
  }
  return undefined
}

const unknownType = (type: number, index: number): RtError =>
  new RtError({ code: 'model_invalid', message: `metadata entry ${index} has the unknown type ${type}` })
