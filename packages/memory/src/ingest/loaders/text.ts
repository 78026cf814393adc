import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { throwIfAborted } from '@rt/core'

export interface LoadedText {
  /** The whole file; a byte order mark stays in, so that offsets count it. */
  text: string
  sha256: string
  format: 'markdown' | 'text'
}

/** A file that is not ingested, and why. */
export interface LoadFailure {
  reason: string
}

const MOST_MEGABYTES = 20
const FORMATS: { [ending: string]: LoadedText['format'] } = {
  '.md': 'markdown',
  '.markdown': 'markdown',
  '.txt': 'text',
}

export const canLoad = (path: string): boolean => extname(path).toLowerCase() in FORMATS

/** Reads a Markdown or text file of at most 20 MB. What is wrong with one file is told, not thrown: the others go on. */
export const loadText = async (path: string, signal: AbortSignal | undefined): Promise<LoadedText | LoadFailure> => {
  throwIfAborted(signal)
  let bytes: Uint8Array
  try {
    const { size } = await stat(path)
    if (size > MOST_MEGABYTES * 1_000_000) return { reason: `larger than ${MOST_MEGABYTES} MB` }
    bytes = await readFile(path)
  } catch (error) {
    return { reason: `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})` }
  }
  const text = decode(bytes)
  if (text === undefined) return { reason: 'not text: it is not valid UTF-8' }
  return {
    text,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    format: FORMATS[extname(path).toLowerCase()]!,
  }
}

/** UTF-8 without a NUL (which UTF-16 and binary files are full of), else undefined. */
const decode = (bytes: Uint8Array): string | undefined => {
  if (bytes.includes(0)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
