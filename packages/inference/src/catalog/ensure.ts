import { abortError, RtError, throwIfAborted } from '@rt/core'
import { ensureFolder } from '@rt/node/files'
import { tooLarge } from './disk-full.ts'
import { fetchFile, type FetchedFile } from './fetch-file.ts'
import { parseSource } from './parse-source.ts'
import { slugOf } from './parse-name.ts'
import { type CatalogPlace, findFile, type FoundFile, ownPath, type PlacedEntry, placedFiles } from './place.ts'
import { writePin } from './references.ts'
import { hubUrl, isOffline } from './sources/hf.ts'
import { inspectRemote } from './sources/inspect-remote.ts'
import type { Sources } from './sources/source.ts'
import type { CatalogEntry, CatalogFile, EnsureOptions, FileRole, ResolvedModel } from './types.ts'
import { throttleProgress } from './throttle-progress.ts'
import { openWorkspace } from './workspace.ts'

export interface EnsureEntryOptions extends EnsureOptions {
  place: CatalogPlace
  placed: PlacedEntry
  sources: Sources
}

/** Finds each file of an entry on this machine, and fetches those that are not there. */
export const ensureEntry = async (given: EnsureEntryOptions): Promise<ResolvedModel> => {
  const options = { ...given, onProgress: throttleProgress(given.onProgress) }
  const { place, placed, signal } = options
  throwIfAborted(signal)
  const found: Partial<Record<FileRole, FoundFile>> = {}
  const missing: CatalogFile[] = []
  for (const file of placed.entry.files) {
    const here = await findFile(place, placed, file, {
      signal,
      onProgress: (done) => reportLocal(options, file, done),
    }).catch((error: unknown) => {
      throw signal?.aborted ? abortError(signal) : error
    })
    if (here) found[file.role] = here
    else missing.push(file)
  }
  const fetched = missing.length > 0 ? await fetchMissing(missing, options) : new Map<CatalogFile, FetchedFile>()
  for (const [file, { path, stamp }] of fetched) found[file.role] = { path, stamp }
  return { entry: pinned(placed.entry, fetched), ...placedFiles(found) }
}

const fetchMissing = async (
  missing: CatalogFile[],
  options: EnsureEntryOptions,
): Promise<Map<CatalogFile, FetchedFile>> => {
  const { place, placed, sources, signal } = options
  await ensureFolder(place.folder)
  const wanted = await Promise.all(missing.map(async (file) => ({ file, known: await inspect(file, place, signal) })))
  await checkSpace(
    wanted.map(({ known }) => known),
    options,
  )
  const workspace = await openWorkspace(place.folder, slugOf(placed.entry.name).slice(0, 120))
  const unreachable = new Set<string>()
  const fetched = new Map<CatalogFile, FetchedFile>()
  let keep = true
  try {
    for (const { file, known } of wanted) {
      const result = await fetchFile({ ...options, file: known, sources, workspace: workspace.folder, unreachable })
      fetched.set(file, result)
      if (file.sha256 === undefined) await pin(file, result, options)
    }
    keep = false
  } catch (error) {
    // On a full disk what could be resumed only takes the space that is missing.
    keep = !(RtError.isInstance(error) && error.code === 'disk_full')
    throw error
  } finally {
    await workspace.close({ failed: keep })
  }
  return fetched
}

/** A file outside the catalog takes size and hash from what its server says, when it says so. */
const inspect = async (file: CatalogFile, { env }: CatalogPlace, signal?: AbortSignal): Promise<CatalogFile> => {
  if (file.sha256 !== undefined || !file.sources[0]) return file
  const location = parseSource(file.sources[0])
  if (location.scheme === 'https') return { ...file, ...(await inspectRemote(location.url, signal)) }
  if (location.scheme !== 'hf' || isOffline(env)) return file
  return { ...file, ...(await inspectRemote(hubUrl(location, env), signal)) }
}

const checkSpace = async (files: CatalogFile[], { place, placed }: EnsureEntryOptions): Promise<void> => {
  const needed = files.reduce((sum, { bytes = 0 }) => sum + bytes, 0)
  const free = await place.system.freeBytes(place.folder)
  if (needed > free) throw tooLarge(placed.entry.name, { needed, free })
}

const pin = async (
  file: CatalogFile,
  { bytes, sha256 }: FetchedFile,
  { place, placed }: EnsureEntryOptions,
): Promise<void> => {
  const source = file.sources[0] ?? ''
  await writePin(ownPath(place, placed, file), { name: placed.entry.name, source, bytes, sha256 })
}

const pinned = (entry: CatalogEntry, fetched: Map<CatalogFile, FetchedFile>): CatalogEntry => ({
  ...entry,
  files: entry.files.map((file) => {
    const { bytes, sha256 } = fetched.get(file) ?? file
    return { ...file, bytes, sha256 }
  }),
})

const reportLocal = ({ placed, onProgress }: EnsureEntryOptions, file: CatalogFile, done: number): void =>
  onProgress?.({
    model: placed.entry.name,
    file: file.name,
    source: 'local',
    phase: 'verifying',
    done,
    total: file.bytes ?? 0,
  })
