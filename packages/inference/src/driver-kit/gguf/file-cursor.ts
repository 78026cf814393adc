import type { FileHandle } from 'node:fs/promises'
import { RtError } from '@rt/core'

const WINDOW = 256 * 1024

/**
 * Reads a file from its start through one small window, so that memory does not grow with what a file claims to hold.
 * The synchronous readers take what {@link FileCursor.need} has brought in.
 */
export interface FileCursor {
  /** Bytes from here to the end of the file. */
  readonly left: number
  readonly position: number
  /** Whether so many bytes can be read without waiting. */
  has(bytes: number): boolean
  /** Brings so many bytes in. @throws RtError `model_invalid` when the file ends before. */
  need(bytes: number): Promise<void>
  u32(): number
  i32(): number
  /** @throws RtError `model_invalid` above 2^53: nothing in a file can be so large. */
  u64(): number
  take(bytes: number): Buffer
  /** Nothing is read. @throws RtError `model_invalid` beyond the end of the file. */
  skip(bytes: number): void
}

export const createFileCursor = (handle: FileHandle, size: number): FileCursor => {
  let buffer = Buffer.alloc(WINDOW)
  /** Of the window, in the file. */
  let start = 0
  let filled = 0
  let at = 0

  const advance = (bytes: number): number => {
    const from = at
    at += bytes
    return from
  }
  return {
    get left() {
      return size - start - at
    },
    get position() {
      return start + at
    },
    has: (bytes) => at + bytes <= filled,
    async need(bytes) {
      if (at + bytes <= filled) return
      if (bytes > size - start - at) throw truncated()
      const target = bytes > buffer.length ? Buffer.alloc(bytes) : buffer
      const kept = at < filled ? buffer.copy(target, 0, at, filled) : 0
      start += at
      at = 0
      filled = kept
      buffer = target
      while (filled < bytes) {
        const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, start + filled)
        if (bytesRead === 0) throw truncated()
        filled += bytesRead
      }
    },
    u32: () => buffer.readUInt32LE(advance(4)),
    i32: () => buffer.readInt32LE(advance(4)),
    u64() {
      const from = advance(8)
      const high = buffer.readUInt32LE(from + 4)
      if (high >= 2 ** 21) throw truncated()
      return high * 2 ** 32 + buffer.readUInt32LE(from)
    },
    take(bytes) {
      const from = advance(bytes)
      return buffer.subarray(from, at)
    },
    skip(bytes) {
      if (bytes > size - start - at) throw truncated()
      at += bytes
    },
  }
}

const truncated = (): RtError => new RtError({ code: 'model_invalid', message: 'it ends before what it announces' })
