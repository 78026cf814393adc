import { type FileHandle, open } from 'node:fs/promises'
import { basename } from 'node:path'
import { RtError } from '@rt/core'
import { createFileCursor, type FileCursor } from './file-cursor.ts'
import { readTensors, type TensorSummary } from './read-tensors.ts'
import { createKeptBytes, readValue, type GgufValue } from './read-value.ts'

export interface GgufHeader extends TensorSummary {
  version: number
  /** Scalars, short texts and short lists of numbers; the vocabulary is passed over. */
  metadata: ReadonlyMap<string, GgufValue>
}

const MOST_PAIRS = 4_096
const LONGEST_KEY = 65_535
const MOST_KEY_BYTES = 1024 * 1024

/**
 * Reads what a GGUF file (version 2 or 3, little-endian) says of itself, and checks it: counts, lengths and types, keys
 * that occur twice, and whether each tensor lies inside the file. Memory stays below a few megabytes whatever the file
 * claims, and an error repeats nothing of its bytes. What passes is whole; it can still be nonsense.
 *
 * @throws RtError `model_invalid` saying what is wrong, or what opening the file throws.
 */
export const readGgufHeader = async (path: string): Promise<GgufHeader> => {
  await using file = await open(path)
  return await readGgufHeaderOf(file, basename(path))
}

/** As {@link readGgufHeader}, of a file that is open already; `name` is for errors. */
export const readGgufHeaderOf = async (file: FileHandle, name: string): Promise<GgufHeader> => {
  try {
    const { size } = await file.stat()
    return await readHeader(createFileCursor(file, size))
  } catch (cause) {
    if (!RtError.isInstance(cause) || cause.code !== 'model_invalid') throw cause
    throw new RtError({
      code: 'model_invalid',
      message: `${name} is not a usable GGUF file: ${cause.message}.`,
      hint: 'Fetch it again, or check that the path names the model.',
    })
  }
}

const readHeader = async (cursor: FileCursor): Promise<GgufHeader> => {
  if (cursor.left < 24) throw invalid('it is too short')
  await cursor.need(24)
  if (cursor.take(4).toString('latin1') !== 'GGUF') throw invalid('it does not begin with GGUF')
  const version = cursor.u32()
  if (version < 2 || version > 3) throw invalid(`version ${version} is not known`)
  const tensors = cursor.u64()
  const pairs = cursor.u64()
  if (pairs > MOST_PAIRS) throw invalid(`it announces ${pairs} metadata entries, and ${MOST_PAIRS} are the most`)
  const metadata = await readMetadata(cursor, pairs)
  return { version, metadata, ...(await readTensors(cursor, tensors, alignmentOf(metadata))) }
}

const readMetadata = async (cursor: FileCursor, pairs: number): Promise<Map<string, GgufValue>> => {
  const metadata = new Map<string, GgufValue>()
  const seen = new Set<string>()
  const kept = createKeptBytes()
  let keyBytes = 0
  for (let index = 1; index <= pairs; index++) {
    await cursor.need(8)
    const length = cursor.u64()
    keyBytes += length
    if (length === 0 || length > LONGEST_KEY || keyBytes > MOST_KEY_BYTES)
      throw invalid(`the name of metadata entry ${index} has ${length} bytes`)
    await cursor.need(length)
    const key = cursor.take(length).toString('utf8')
    if (seen.has(key)) throw invalid(`metadata entry ${index} repeats the name of another`)
    seen.add(key)
    const value = await readValue(cursor, index, kept)
    if (value !== undefined) metadata.set(key, value)
  }
  return metadata
}

const DEFAULT_ALIGNMENT = 32

const alignmentOf = (metadata: ReadonlyMap<string, GgufValue>): number => {
  const alignment = metadata.get('general.alignment') ?? DEFAULT_ALIGNMENT
  const good = typeof alignment === 'number' && alignment > 0 && alignment <= 2 ** 20 && Math.log2(alignment) % 1 === 0
  if (!good) throw invalid('its alignment is not a power of two')
  return alignment
}

const invalid = (message: string): RtError => new RtError({ code: 'model_invalid', message })
