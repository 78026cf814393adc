import { createHash } from 'node:crypto'
import { readFile, rm, stat } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { writeFileAtomic } from '../files/write-file-atomic.ts'

/** An unfinished download that can go on. */
export interface Part {
  bytes: number
  /** Goes into If-Range: the server sends the rest only while its file is still the same. */
  validator: string
}

/** `<to>.part`, and beside it what the server said about the file. */
export interface PartFile {
  readonly path: string
  /** What is there of this very URL; undefined when there is nothing that can be trusted. */
  find(): Promise<Part | undefined>
  /** Before the first byte of a fresh download. */
  remember(headers: IncomingHttpHeaders): Promise<void>
  /** The data too. */
  forget(): Promise<void>
  /** The notes only: the data has its final name. */
  finish(): Promise<void>
}

export const createPartFile = (to: string, url: string): PartFile => {
  const path = `${to}.part`
  const notes = `${path}.json`
  // A hash: the URL may carry a signature.
  const source = createHash('sha256').update(url).digest('hex')
  return {
    path,
    async find() {
      try {
        const { size } = await stat(path)
        const note = JSON.parse(await readFile(notes, 'utf8')) as { source?: unknown; validator?: unknown } | null
        if (size === 0 || note?.source !== source || typeof note.validator !== 'string') return undefined
        return { bytes: size, validator: note.validator }
      } catch {
        return undefined
      }
    },
    async remember(headers) {
      const validator = validatorOf(headers)
      if (validator === undefined) await rm(notes, { force: true })
      else await writeFileAtomic(notes, JSON.stringify({ source, validator }))
    },
    async forget() {
      await rm(path, { force: true })
      await rm(notes, { force: true })
    },
    finish: () => rm(notes, { force: true }),
  }
}

/** A strong ETag, else the date (RFC 9110 13.1.5: a weak ETag must not be used in If-Range). */
export const validatorOf = ({ etag, 'last-modified': date }: IncomingHttpHeaders): string | undefined =>
  etag?.startsWith('"') ? etag : date
