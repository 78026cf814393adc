import { dirname, join } from 'node:path'
import { abortError } from '@rt/core'
import { identifyFile } from '@rt/node/files'
import { readGgufHeader } from '../driver-kit/gguf/read-gguf-header.ts'
import { parseSplitName } from '../driver-kit/gguf/split-name.ts'
import { summarizeGguf } from '../driver-kit/gguf/summarize-gguf.ts'
import {
  type CatalogPlace,
  findFile,
  type FindFileOptions,
  type FoundFile,
  type PlacedEntry,
  placedFiles,
} from './place.ts'
import { pathEntry } from './references.ts'
import type { FileRole, ResolvedModel } from './types.ts'

/** A file the user points at: nobody checks its bytes. What kind of model it is, a GGUF file says itself. */
export const locatePath = async (name: string, home: string): Promise<ResolvedModel | undefined> => {
  const { entry, path } = pathEntry(name, home)
  if (!(await identifyFile(path))) return undefined
  if (entry.engine !== 'gguf') return { entry, files: { model: path } }
  const [, ...parts] = parseSplitName(path)?.names ?? []
  const files = Object.fromEntries(parts.map((part, i) => [`part-${i + 2}`, join(dirname(path), part)]))
  const kind = await readGgufHeader(path).then(
    (header) => summarizeGguf(header).kind,
    // Whoever loads it says what is wrong with it.
    () => undefined,
  )
  return { entry: { ...entry, ...(kind && { kind }) }, files: { model: path, ...files } }
}

/** All files of an entry on this machine; undefined when one is missing. */
export const locateEntry = async (
  place: CatalogPlace,
  placed: PlacedEntry,
  options: FindFileOptions,
): Promise<ResolvedModel | undefined> => {
  const all: Partial<Record<FileRole, FoundFile>> = {}
  for (const one of placed.entry.files) {
    const beside = all.model && dirname(all.model.path)
    const found = await findFile(place, placed, one, { ...options, beside }).catch((error: unknown) => {
      throw options.signal?.aborted ? abortError(options.signal) : error
    })
    if (!found) return undefined
    all[one.role] = found
  }
  return { entry: placed.entry, ...placedFiles(all) }
}
