import { readSync } from 'node:fs'

/** Reads `length` bytes from `position`, or as many as there are from `least` up; undefined when the file ends before. */
export type FileReader = (position: number, length: number, least?: number) => DataView | undefined

/** Of an open file of `size` bytes. */
export const openReader =
  (file: number, size: number): FileReader =>
  (position, length, least = length) => {
    const there = Math.min(length, size - position)
    if (there < least) return undefined
    const bytes = new Uint8Array(there)
    for (let done = 0; done < there;) {
      const read = readSync(file, bytes, done, there - done, position + done)
      if (read === 0) return undefined
      done += read
    }
    return new DataView(bytes.buffer)
  }
