import { createHash } from 'node:crypto'
import { closeSync, fstatSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { readLayout, readTokens } from './state-layout.ts'

/** What a saved state says of itself, beside what llama.cpp wrote. */
export interface StateNote {
  /** Hash of all that its numbers depend on: files, context, engine. */
  model: string
  /** Hash of principal and thread. */
  owner: string
  /** Leading tokens that were read in whole pieces. */
  exact: number
  /** Sequences of the contexts it can be loaded into; 0 = any. */
  sequences: number
}

export interface SealOptions {
  /** As llama.cpp wrote it. */
  from: string
  /** In the same folder as `to`, for the time of writing. */
  temporary: string
  to: string
  note: StateNote
}

/**
 * One file: what llama.cpp wrote, in the form of a context with one sequence where it can be taken apart, zeros for the
 * other sequences of any context, the note, its length, the SHA-256 of all before, a mark. llama.cpp stops reading where its part ends.
 */
const MARK = Buffer.from('RT-KV-01')
const FOOT = 4 + 32 + MARK.length
const MOST_OTHERS = 255
const MEGABYTE = 1024 * 1024

/**
 * Makes a saved state of what llama.cpp wrote: whole and durable under its name, or not there. All calls are synchronous,
 * since those of the pool would hold up the tokens of others: this runs in a worker.
 */
export const sealState = ({ from, temporary, to, note }: SealOptions): number => {
  const source = openSync(from, 'r')
  let target: number | undefined
  try {
    const { size } = fstatSync(source)
    target = openSync(temporary, 'wx', 0o600)
    const bytes = writeSealed(source, target, { size, note })
    fsyncSync(target)
    closeSync(target)
    target = undefined
    renameSync(temporary, to)
    syncFolder(dirname(to))
    return bytes
  } catch (error) {
    if (target !== undefined) closeSync(target)
    rmSync(temporary, { force: true })
    throw error
  } finally {
    closeSync(source)
  }
}

const writeSealed = (source: number, target: number, { size, note }: { size: number; note: StateNote }): number => {
  const layout = readLayout(source, size)
  const hash = createHash('sha256')
  let written = 0
  const write = (bytes: Buffer): void => {
    hash.update(bytes)
    for (let done = 0; done < bytes.length;) done += writeSync(target, bytes, done)
    written += bytes.length
  }
  const copy = (from: number, to: number): void => {
    for (const piece of pieces(source, from, to)) write(piece)
  }
  if (layout) {
    copy(0, layout.countAt)
    write(word(1))
    copy(layout.from, layout.to)
    write(Buffer.alloc(4 * MOST_OTHERS))
  } else copy(0, size)
  const text = Buffer.from(JSON.stringify({ ...note, sequences: layout ? 0 : note.sequences }))
  write(text)
  const foot = Buffer.concat([word(text.length), hash.digest(), MARK])
  for (let done = 0; done < foot.length;) done += writeSync(target, foot, done)
  return written + foot.length
}

/** What a file says of itself, before it is known to be whole; undefined when it is no saved state. */
export const peekState = (path: string): { note: StateNote; tokens: number[]; bytes: number } | undefined => {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    const foot = readFoot(file, size)
    const tokens = foot && readTokens(file, size)
    return foot && tokens && { note: foot.note, tokens, bytes: size }
  } finally {
    closeSync(file)
  }
}

/** Whether a saved state is as it was written; if so it is made ready to be loaded into a context of that many sequences. */
export const openState = (path: string, sequences: number): boolean => {
  const file = openSync(path, 'r+')
  try {
    const { size } = fstatSync(file)
    const foot = readFoot(file, size)
    const tokens = foot && readTokens(file, size)
    if (!foot || !tokens) return false
    const { note, sha256 } = foot
    const countAt = 12 + 4 * tokens.length
    const hash = createHash('sha256')
    for (const piece of pieces(file, 0, countAt)) hash.update(piece)
    // The one number that is changed when it is loaded.
    for (const piece of note.sequences === 0 ? [word(1)] : pieces(file, countAt, countAt + 4)) hash.update(piece)
    for (const piece of pieces(file, countAt + 4, size - FOOT)) hash.update(piece)
    if (!hash.digest().equals(sha256)) return false
    if (note.sequences !== 0) return note.sequences === sequences
    writeSync(file, word(sequences), 0, 4, countAt)
    return true
  } finally {
    closeSync(file)
  }
}

/** Makes of what llama.cpp wrote for a context with one sequence what it would have written for one with so many. */
export const widenState = (path: string, sequences: number): boolean => {
  if (sequences === 1) return true
  const file = openSync(path, 'r+')
  try {
    const { size } = fstatSync(file)
    const layout = readLayout(file, size)
    if (!layout || layout.from !== layout.countAt + 4 || layout.to !== size) return false
    writeSync(file, word(sequences), 0, 4, layout.countAt)
    writeSync(file, Buffer.alloc(4 * (sequences - 1)), 0, 4 * (sequences - 1), size)
    return true
  } finally {
    closeSync(file)
  }
}

const readFoot = (file: number, size: number): { note: StateNote; sha256: Buffer } | undefined => {
  if (size < FOOT) return undefined
  const foot = Buffer.alloc(FOOT)
  readSync(file, foot, 0, FOOT, size - FOOT)
  const length = foot.readUInt32LE()
  if (!foot.subarray(-MARK.length).equals(MARK) || length > size - FOOT || length > MEGABYTE) return undefined
  const text = Buffer.alloc(length)
  readSync(file, text, 0, length, size - FOOT - length)
  try {
    const note = JSON.parse(text.toString()) as StateNote
    return { note, sha256: foot.subarray(4, 36) }
  } catch {
    return undefined
  }
}

function* pieces(file: number, from: number, to: number): Generator<Buffer, void> {
  for (let at = from; at < to;) {
    const piece = Buffer.alloc(Math.min(MEGABYTE, to - at))
    const read = readSync(file, piece, 0, piece.length, at)
    if (read === 0) return
    at += read
    yield piece.subarray(0, read)
  }
}

const word = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

/** A rename is durable when its folder is. Windows has no such call. */
const syncFolder = (folder: string): void => {
  if (process.platform === 'win32') return
  const file = openSync(folder, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
