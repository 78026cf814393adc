import { posix } from 'node:path'
import { identifyFile } from '@rt/node/files'
import { parseSource } from './parse-source.ts'
import { type CatalogPlace, ownPath, type PlacedEntry } from './place.ts'
import { type SeenFile, withPins, writePin } from './references.ts'
import { type CachedFile, hubHash, listCachedFiles } from './sources/caches.ts'
import type { CatalogFile } from './types.ts'
import { remember } from './verify.ts'

export interface AdoptOptions {
  signal?: AbortSignal | undefined
  /** False: only look, for lists. Nothing is noted then. Default true. */
  hash?: boolean
}

/**
 * Takes over files nobody fetched with rt, of which no hash is known: put by hand where rt keeps them, or in the folders
 * of LM Studio and of the hub's cache. That cache names its files by their hash, others are hashed once. Like a first
 * fetch this is noted and holds from then on; the files stay where they are.
 */
export const adoptFiles = async (
  place: CatalogPlace,
  placed: PlacedEntry,
  options: AdoptOptions = {},
): Promise<PlacedEntry> => {
  if (placed.entry.files.every(({ sha256 }) => sha256 !== undefined)) return placed
  const seen: (SeenFile | undefined)[] = []
  for (const file of placed.entry.files) {
    const one = file.sha256 === undefined ? await adopt(place, placed, file, options) : undefined
    seen.push(one)
    const { sha256 } = one ?? {}
    if (one && sha256) await writePin(ownPath(place, placed, file), { ...one, sha256 }).catch(() => {})
  }
  return seen.some(Boolean) ? withPins(placed, seen) : placed
}

const adopt = async (
  place: CatalogPlace,
  placed: PlacedEntry,
  file: CatalogFile,
  { signal, hash = true }: AdoptOptions,
): Promise<SeenFile | undefined> => {
  const source = file.sources[0] ?? ''
  for (const path of await pathsOf(place, placed, file)) {
    const stamp = await identifyFile(path)
    if (!stamp || stamp.size === 0) continue
    const about = { name: placed.entry.name, source, bytes: stamp.size }
    if (!hash) return about
    const stored = await hubHash(path)
    // What the hub's cache says is checked like any other pin, when the file is located.
    if (stored) return { ...about, sha256: stored }
    const sha256 = await place.system.sha256File(path, { signal })
    await remember(place.folder, sha256, { path, stamp, sha256 })
    return { ...about, sha256 }
  }
  return undefined
}

const pathsOf = async (place: CatalogPlace, placed: PlacedEntry, file: CatalogFile): Promise<string[]> => {
  const hubs = file.sources.map(parseSource).filter((location) => location.scheme === 'hf')
  const cached = await Promise.all(
    hubs.map(async (location) => (await listCachedFiles(place, location)).filter((one) => isFile(one, location.path))),
  )
  return [ownPath(place, placed, file), ...cached.flat().map((one) => one.file)]
}

/** LM Studio keeps no folders of a repository. */
const isFile = ({ path, place }: CachedFile, wanted: string): boolean =>
  path === wanted || (place === 'lmstudio' && posix.basename(path) === posix.basename(wanted))
