import { readSync } from 'node:fs'
import { RtError } from '@rt/core'

/** Where things lie in a file that llama.cpp wrote for one sequence. */
export interface StateLayout {
  tokens: number
  /** Of the number that says how many sequences the context had. */
  countAt: number
  /** Of what the sequence holds; around it stands a zero for each other sequence of the context. */
  from: number
  to: number
}

/** `ggsq`, and the version of the format that was read in llama.cpp: another one is not taken apart. */
const MAGIC = 0x67_67_73_71
const VERSION = 3
const MOST_SEQUENCES = 256

/**
 * Takes apart what llama.cpp saved of an ordinary cache, so that it can be loaded into a context with another count of
 * sequences. Undefined for all that is not laid out exactly so.
 */
export const readLayout = (file: number, size: number): StateLayout | undefined => {
  try {
    return locate(createReader(file, size), size)
  } catch {
    return undefined
  }
}

/** The tokens at the beginning of such a file; undefined when it is none. */
export const readTokens = (file: number, size: number): number[] | undefined => {
  try {
    const { u32, bytes } = createReader(file, size)
    if (u32(0) !== MAGIC || u32(4) !== VERSION) return undefined
    const list = bytes(12, 4 * u32(8))
    return Array.from({ length: list.length / 4 }, (_, i) => list.readInt32LE(4 * i))
  } catch {
    return undefined
  }
}

const locate = ({ u32, u64, bytes }: Reader, size: number): StateLayout | undefined => {
  if (u32(0) !== MAGIC || u32(4) !== VERSION) return undefined
  const tokens = u32(8)
  const countAt = 12 + 4 * tokens
  const count = u32(countAt)
  if (count < 1 || count > MOST_SEQUENCES) return undefined
  let from = countAt + 4
  while (u32(from) === 0) from += 4
  const before = (from - countAt - 4) / 4
  if (before >= count || u32(from) !== tokens) return undefined
  const cells = bytes(from + 4, 12 * tokens)
  for (let i = 0; i < tokens; i++)
    // Position, number of sequences it belongs to, that one's number.
    if (cells.readInt32LE(12 * i) !== i || cells.readUInt32LE(12 * i + 4) !== 1) return undefined
  let to = from + 4 + 12 * tokens
  const transposed = u32(to) === 1
  const layers = u32(to + 4)
  to += 8
  for (let i = 0; i < 2 * layers; i++) {
    const row = i < layers || !transposed ? u64(to + 4) : u32(to + 4) * u32(to + 8)
    to += 12 + row * tokens
  }
  const after = 4 * (count - 1 - before)
  if (to + after !== size || bytes(to, after).some((byte) => byte !== 0)) return undefined
  return { tokens, countAt, from, to }
}

interface Reader {
  u32(at: number): number
  u64(at: number): number
  bytes(at: number, length: number): Buffer
}

const createReader = (file: number, size: number): Reader => {
  const bytes = (at: number, length: number): Buffer => {
    if (at + length > size) throw new RtError({ code: 'model_invalid', message: 'a saved state ends too early.' })
    const buffer = Buffer.alloc(length)
    readSync(file, buffer, 0, length, at)
    return buffer
  }
  return {
    bytes,
    u32: (at) => bytes(at, 4).readUInt32LE(),
    u64: (at) => Number(bytes(at, 8).readBigUInt64LE()),
  }
}
