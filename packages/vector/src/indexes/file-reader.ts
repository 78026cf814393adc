import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { fileError } from '@rt/node/files'

/** Reads `length` bytes from `position`, or as many as there are from `least` up; undefined when the file ends before. */
export type FileReader = (position: number, length: number, least?: number) => DataView | undefined

/** Opens a file to look into it. */
export const lookInto = <Result>(path: string, look: (read: FileReader, size: number) => Result): Result => {
  try {
    const file = openSync(path, 'r')
    try {
      const { size } = fstatSync(file)
      return look(openReader(file, size), size)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    throw fileError(error, path, 'read')
  }
}

const openReader =
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
