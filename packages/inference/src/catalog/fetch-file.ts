import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { abortError, RtError, toRtError } from '@rt/core'
import { type FileIdentity, identifyFile } from '@rt/node/files'
import { diskFull, isDiskFull } from './disk-full.ts'
import { parseSource } from './parse-source.ts'
import { type CatalogPlace, folderLabel, ownPath, type PlacedEntry } from './place.ts'
import type { Source, SourceRequest, Sources } from './sources/source.ts'
import type { CatalogFile, EnsureOptions, PullEvent, PullProgress } from './types.ts'
import { remember, verifyFile } from './verify.ts'

export interface FetchFileOptions extends EnsureOptions {
  place: CatalogPlace
  placed: PlacedEntry
  file: CatalogFile
  sources: Sources
  workspace: string
  /** Hosts that did not answer in this pull: they are not asked again. */
  unreachable: Set<string>
}

export interface FetchedFile {
  path: string
  /** As it was hashed. */
  stamp: FileIdentity
  bytes: number
  sha256: string
}

export interface TriedSource {
  source: string
  reason: string
}

/**
 * Fetches one file from the first source that delivers the right bytes, and moves it into the models folder.
 *
 * @throws RtError `download_failed` with one line for each source, `disk_full`, `aborted`.
 */
export const fetchFile = async (options: FetchFileOptions): Promise<FetchedFile> => {
  const { file, placed, signal, onEvent } = options
  const about = { model: placed.entry.name, file: file.name }
  const tried: TriedSource[] = []
  for (const source of file.sources) {
    onEvent?.({ type: 'trying', ...about, source })
    try {
      const fetched = await fetchFrom(source, options)
      onEvent?.({ type: 'installed', ...about, source, bytes: fetched.bytes })
      return fetched
    } catch (thrown) {
      if (signal?.aborted) throw abortError(signal)
      const error = toRtError(thrown, 'download_failed')
      if (isDiskFull(thrown) || error.code === 'disk_full') throw diskFull(placed.entry.name, thrown)
      const id = warningId(error)
      tried.push({ source, reason: id === 'source_skipped' ? `skipped: ${error.message}` : error.message })
      onEvent?.({ type: 'warning', id, ...about, source, reason: error.message })
    }
  }
  throw nothingLeft(options, tried)
}

const fetchFrom = async (source: string, options: FetchFileOptions): Promise<FetchedFile> => {
  const { place, placed, file, sources, workspace, unreachable, signal, onProgress } = options
  const location = parseSource(source)
  const host = location.scheme === 'hf' ? 'hf' : location.scheme === 'https' ? new URL(location.url).host : source
  if (unreachable.has(host)) throw new RtError({ code: 'network', message: 'the host does not answer.' })
  const report = (phase: PullProgress['phase'], done: number, total: number): void =>
    onProgress?.({ model: placed.entry.name, file: file.name, source, phase, done, total })
  const request: SourceRequest = {
    file,
    workspace,
    home: place.home,
    env: place.env,
    token: place.token,
    signal,
    onProgress: (done, total) => report('downloading', done, total),
  }
  report('downloading', 0, file.bytes ?? 0)
  // The scheme picks the source that takes this location; TypeScript cannot follow the pairing.
  const fetchLocation = sources[location.scheme] as Source
  const temporary = await fetchLocation(location, request).catch((error: unknown) => {
    if (isUnreachable(error)) unreachable.add(host)
    throw error
  })
  return await install(temporary, options, (done, total) => report('verifying', done, total))
}

/** Checks size and hash, makes the bytes durable, and only then gives the file its name. */
const install = async (
  temporary: string,
  { place, placed, file, signal }: FetchFileOptions,
  onVerify: (done: number, total: number) => void,
): Promise<FetchedFile> => {
  const checked = await identifyFile(temporary)
  const bytes = checked?.size ?? 0
  if (file.bytes !== undefined && bytes !== file.bytes) {
    await discard(temporary)
    throw mismatch(`it delivered ${bytes} bytes instead of ${file.bytes}`)
  }
  onVerify(0, bytes)
  const sha256 = await place.system.sha256File(temporary, { signal, onProgress: (done) => onVerify(done, bytes) })
  if (file.sha256 !== undefined && sha256 !== file.sha256) {
    await discard(temporary)
    throw mismatch(`it delivered sha256 ${sha256.slice(0, 12)}… instead of ${file.sha256.slice(0, 12)}…`)
  }
  onVerify(bytes, bytes)
  const path = ownPath(place, placed, file)
  await mkdir(dirname(path), { recursive: true })
  await syncFile(temporary)
  const verify = (): Promise<FileIdentity | undefined> =>
    verifyFile(path, { bytes, sha256 }, { folder: place.folder, sha256File: place.system.sha256File, signal })
  await rename(temporary, path).catch(async (error: unknown) => {
    // Windows refuses to replace a file that is open: another process may have put the same bytes there.
    if (!(await verify())) throw error
  })
  const moved = await identifyFile(path)
  if (moved && moved.inode === checked?.inode && moved.modified === checked.modified) {
    // The move set its time of change; the bytes are those that were hashed.
    await remember(place.folder, sha256, { path, stamp: moved, sha256 })
    return { path, bytes, sha256, stamp: moved }
  }
  // Another process put its own file there meanwhile, perhaps this moment.
  const stamp = (await verify()) ?? (await verify())
  if (!stamp) throw mismatch('another file took its place')
  return { path, bytes, sha256, stamp }
}

/** With what the download keeps beside it: wrong bytes are not worth resuming. */
const discard = async (temporary: string): Promise<void> => {
  const folder = dirname(temporary)
  const names = (await readdir(folder)).filter((name) => name.startsWith(basename(temporary)))
  await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true })))
}

const syncFile = async (path: string): Promise<void> => {
  const handle = await open(path, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** It never answered; a download that broke off names the bytes it got. */
const isUnreachable = (error: unknown): boolean =>
  RtError.isInstance(error) &&
  (error.code === 'network' || error.code === 'timeout') &&
  error.data?.done === undefined &&
  error.data?.status === undefined

const mismatch = (what: string): RtError => new RtError({ code: 'checksum_mismatch', message: `${what}.` })

const warningId = ({ code }: RtError): Extract<PullEvent, { type: 'warning' }>['id'] => {
  if (code === 'unsupported') return 'source_skipped'
  return code === 'checksum_mismatch' ? 'checksum_mismatch' : 'source_failed'
}

const nothingLeft = ({ place, placed, file }: FetchFileOptions, tried: TriedSource[]): RtError => {
  const lines = tried.map(({ source, reason }) => `  ${source}: ${reason}`)
  const pin = file.sha256 ? ` (${file.bytes} bytes, sha256 ${file.sha256})` : ''
  return new RtError({
    code: 'download_failed',
    message: `${placed.entry.name}: no source could deliver ${file.name}.\n${lines.join('\n')}`,
    hint:
      `Try again with a network, or put the file by hand at ${placed.at}/${file.name}${pin}, in the models folder ` +
      `(${folderLabel(place)}).`,
    data: { model: placed.entry.name, file: file.name, tried: tried.map(({ source, reason }) => ({ source, reason })) },
  })
}
