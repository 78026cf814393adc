import { type FileHandle, open, rename } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { RtError } from '@rt/core'
import { fileError } from '../files/file-error.ts'
import { freeBytes } from '../files/free-bytes.ts'
import { syncFolder } from '../files/sync-folder.ts'
import { plainUrl, statusError, tooLargeError } from './errors.ts'
import type { Limits } from './limits.ts'
import { openResponse, type OpenResponse } from './open-response.ts'
import { createPartFile, type Part, type PartFile, validatorOf } from './part-file.ts'

export interface DownloadOptions extends Limits {
  url: string
  /** The file to make; its folder must exist. Until all is there the bytes are in `<to>.part`. */
  to: string
  /** Credentials among them go to the first origin only. Default: none. */
  headers?: Record<string, string>
  /** Default: no limit but the free space. */
  maxBytes?: number
  /** `total` is missing when the server does not say. */
  onProgress?: (done: number, total?: number) => void
}

export interface DownloadResult {
  /** The size of the file. */
  bytes: number
  /** It went on where an earlier call had stopped. */
  resumed: boolean
}

/** Two downloads into one `.part` file would mix their bytes. */
const active = new Set<string>()

/**
 * Gets a file. What a failed or aborted call leaves is taken up by the next, if the server still has the same file.
 * The length is verified; the content is the caller's to check (`sha256File`).
 *
 * @throws RtError `network`, `timeout`, `payload_too_large`, `disk_full`, `aborted`, `conflict` (the same `to` twice at
 * once); by status `not_found`, `unauthorized`, `forbidden`.
 */
export const download = async (options: DownloadOptions): Promise<DownloadResult> => {
  const { to, url } = options
  if (active.has(to)) {
    throw new RtError({
      code: 'conflict',
      message: `${basename(to)} is being downloaded already.`,
      hint: 'Wait for it.',
    })
  }
  active.add(to)
  try {
    const partFile = createPartFile(to, url)
    return (await attempt(options, partFile, await partFile.find())) ?? (await attempt(options, partFile, undefined))!
  } finally {
    active.delete(to)
  }
}

/** Undefined: the rest does not fit to the part, which is forgotten; start anew. */
const attempt = async (
  options: DownloadOptions,
  partFile: PartFile,
  part: Part | undefined,
): Promise<DownloadResult | undefined> => {
  const { to, maxBytes = Infinity } = options
  const range = part && { range: `bytes=${part.bytes}-`, 'if-range': part.validator }
  const response = await openResponse(options.url, { ...options, headers: { ...options.headers, ...range } })
  const plan = judge(response, part)
  try {
    if (plan === 'restart') {
      await partFile.forget()
      return undefined
    }
    if (plan === 'complete') return await finish(to, partFile, part!.bytes, true)
    if (plan.total !== undefined && plan.total > maxBytes) {
      await partFile.forget()
      throw tooLargeError(response.url, maxBytes, plan.total)
    }
    const bytes = await write(response, options, partFile, plan)
    return await finish(to, partFile, bytes, plan.from > 0)
  } finally {
    response.discard()
  }
}

interface Plan {
  /** Byte of the file at which the body begins. */
  from: number
  total: number | undefined
}

/** What the answer means for what we have. */
const judge = (
  { status, headers, url, discard }: OpenResponse,
  part: Part | undefined,
): Plan | 'restart' | 'complete' => {
  if (status === 200) return { from: 0, total: toCount(headers['content-length']) }
  const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(headers['content-range'] ?? '')
  if (part && status === 206) {
    const answered = validatorOf(headers)
    const same = answered === undefined || answered === part.validator
    return same && range?.[1] === String(part.bytes) ? { from: part.bytes, total: toCount(range[2]) } : 'restart'
  }
  // Nothing is left to send: the cut came between the last byte and the rename.
  if (part && status === 416) return range?.[2] === String(part.bytes) ? 'complete' : 'restart'
  discard()
  throw statusError(url, status, headers['retry-after'])
}

const toCount = (text: string | undefined): number | undefined =>
  // Absurd counts stay: they fail at the limit or the free space, before anything is written.
  text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined

const write = async (
  { headers, url, body }: OpenResponse,
  { to, maxBytes = Infinity, onProgress }: DownloadOptions,
  partFile: PartFile,
  { from, total }: Plan,
): Promise<number> => {
  let done = from
  let file: FileHandle | undefined
  try {
    file = await open(partFile.path, from ? 'a' : 'w', 0o644)
    if (total !== undefined) await requireSpace(to, total - from)
    if (from === 0) await partFile.remember(headers)
    onProgress?.(done, total)
    for await (const piece of body()) {
      done += piece.length
      if (done > maxBytes) throw tooLargeError(url, maxBytes)
      await file.writeFile(piece)
      onProgress?.(done, total)
    }
    if (total !== undefined && done !== total) {
      throw cutError(undefined, url, done, total)
    }
    await file.sync()
  } catch (error) {
    if (RtError.isInstance(error) && error.code === 'payload_too_large') await partFile.forget()
    throw isCut(error) ? cutError(error, url, done, total) : fileError(error, to, 'written')
  } finally {
    await file?.close()
  }
  return done
}

const requireSpace = async (to: string, needed: number): Promise<void> => {
  const free = await freeBytes(dirname(to))
  if (free >= needed) return
  throw new RtError({
    code: 'disk_full',
    message: `${basename(to)} needs ${needed} more bytes, and ${free} are free.`,
    hint: 'Free some space and try again.',
    data: { needed, free },
  })
}

const finish = async (to: string, partFile: PartFile, bytes: number, resumed: boolean): Promise<DownloadResult> => {
  try {
    await rename(partFile.path, to)
    await syncFolder(dirname(to))
    await partFile.finish()
    return { bytes, resumed }
  } catch (error) {
    throw fileError(error, to, 'written')
  }
}

const isCut = (error: unknown): error is RtError => RtError.isInstance(error) && error.code === 'network'

const cutError = (cause: RtError | undefined, url: URL, done: number, total: number | undefined): RtError =>
  new RtError({
    code: 'network',
    message: `${plainUrl(url)} broke off after ${done}${total === undefined ? '' : ` of ${total}`} bytes.`,
    hint: 'Try again: it goes on where it stopped, if the server can.',
    data: { ...cause?.data, done, ...(total !== undefined && { total }) },
    cause,
  })
