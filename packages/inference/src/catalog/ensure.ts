import { abortError, RtError, throwIfAborted } from '@rt/core'
import { ensureFolder } from '@rt/node/files'
import { readGgufHeader } from '../driver-kit/gguf/read-gguf-header.ts'
import { type GgufSummary, summarizeGguf } from '../driver-kit/gguf/summarize-gguf.ts'
import { tooLarge } from './disk-full.ts'
import { fetchFile, type FetchedFile } from './fetch-file.ts'
import { parseSource } from './parse-source.ts'
import { slugOf } from './parse-name.ts'
import {
  besideOf,
  type CatalogPlace,
  findFile,
  type FoundFile,
  ownPath,
  type PlacedEntry,
  placedFiles,
} from './place.ts'
import { learnPins, writePin } from './references.ts'
import { hubHeaders, hubUrl, isOffline } from './sources/hub.ts'
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
      ...besideOf(file, found),
      onProgress: (done) => reportLocal(options, file, done),
    }).catch((error: unknown) => {
      throw signal?.aborted ? abortError(signal) : error
    })
    if (here) found[file.role] = here
    else missing.push(file)
  }
  const fetched = missing.length > 0 ? await fetchMissing(missing, options) : new Map<CatalogFile, FetchedFile>()
  for (const [file, { path, stamp }] of fetched) found[file.role] = { path, stamp }
  // What a fetched file says of itself was noted beside it.
  const { entry } = fetched.size > 0 ? await learnPins(place, placed) : placed
  return { entry: pinned(entry, placed.entry, fetched), ...placedFiles(found) }
}

const fetchMissing = async (
  missing: CatalogFile[],
  options: EnsureEntryOptions,
): Promise<Map<CatalogFile, FetchedFile>> => {
  const { place, placed, sources } = options
  await ensureFolder(place.folder)
  const unreachable = new Set<string>()
  const wanted = await Promise.all(
    missing.map(async (file) => ({ file, known: await inspect(file, options, unreachable) })),
  )
  await checkSpace(
    wanted.map(({ known }) => known),
    options,
  )
  const workspace = await openWorkspace(place.folder, slugOf(placed.entry.name).slice(0, 120))
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

/**
 * A file without a pin takes size and hash from what its server says, when it says so. One that was pinned at an earlier
 * fetch is asked for too: that the hub has another file by now should be known before gigabytes are fetched.
 */
const inspect = async (
  file: CatalogFile,
  { place, placed, signal }: EnsureEntryOptions,
  unreachable: Set<string>,
): Promise<CatalogFile> => {
  const learned = placed.learned?.includes(file.name) ?? false
  if ((file.sha256 !== undefined && !learned) || !file.sources[0]) return file
  const location = parseSource(file.sources[0])
  const hub = location.scheme === 'hf'
  if (!(hub || location.scheme === 'https') || (hub && isOffline(place.env))) return file
  const facts = hub
    ? await inspectRemote(hubUrl(location, place.env), { headers: hubHeaders(place), signal })
    : await inspectRemote(location.url, { signal })
  if (!facts) unreachable.add(hub ? 'hf' : new URL(location.url).host)
  if (!learned) return { ...file, bytes: undefined, ...facts }
  if (facts?.sha256 && facts.sha256 !== file.sha256) throw otherFile(placed.entry.name, file.name)
  return file
}

const otherFile = (model: string, file: string): RtError =>
  new RtError({
    code: 'checksum_mismatch',
    message: `${model}: the server has another ${file} by now than the one that was fetched first.`,
    hint: `If that is right, forget the first one: rt rm ${model}. Then fetch it again.`,
    data: { model, file },
  })

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
  const path = ownPath(place, placed, file)
  const { entry } = placed
  const { kind = entry.kind, licence = entry.licence } = file.role === 'model' ? await summarize(entry, path) : {}
  const told = { kind, ...(licence && { licence }) }
  await writePin(path, { name: placed.entry.name, source, bytes, sha256, ...told })
}

/** What a fetched GGUF file says of itself. What is wrong with it, whoever loads it will say. */
const summarize = async ({ engine }: CatalogEntry, path: string): Promise<Pick<GgufSummary, 'kind' | 'licence'>> =>
  engine === 'gguf' ? await readGgufHeader(path).then(summarizeGguf, () => ({})) : {}

const pinned = (entry: CatalogEntry, before: CatalogEntry, fetched: Map<CatalogFile, FetchedFile>): CatalogEntry => ({
  ...entry,
  files: entry.files.map((file, i) => {
    const { bytes, sha256 } = fetched.get(before.files[i]!) ?? file
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
