import { dirname, join } from 'node:path'
import { abortError } from '@rt/core'
import { identifyFile } from '@rt/node/files'
import { readGgufHeader } from '../driver-kit/gguf/read-gguf-header.ts'
import { parseSplitName } from '../driver-kit/gguf/split-name.ts'
import { summarizeGguf } from '../driver-kit/gguf/summarize-gguf.ts'
import {
  besideOf,
  type CatalogPlace,
  findFile,
  type FindFileOptions,
  type FoundFile,
  type PlacedEntry,
  placedFiles,
} from './place.ts'
import { readOnnxPath } from './onnx-path.ts'
import { notOneModel } from './path-errors.ts'
import { pathEntry } from './references.ts'
import type { CatalogEntry, FileRole, ResolvedModel } from './types.ts'

/** A file the user points at: nobody checks its bytes. What kind of model it is, the file or those beside it say. */
export const locatePath = async (name: string, home: string): Promise<ResolvedModel | undefined> => {
  const { entry, path } = pathEntry(name, home)
  if (entry.engine === 'onnx') return await locateOnnx(entry, path)
  if (!(await identifyFile(path))) return undefined
  const [, ...parts] = parseSplitName(path)?.names ?? []
  const files = Object.fromEntries(parts.map((part, i) => [`part-${i + 2}`, join(dirname(path), part)]))
  const kind = await readGgufHeader(path).then(
    (header) => summarizeGguf(header).kind,
    // Whoever loads it says what is wrong with it.
    () => undefined,
  )
  return { entry: { ...entry, ...(kind && { kind }) }, files: { model: path, ...files } }
}

const locateOnnx = async (entry: CatalogEntry, path: string): Promise<ResolvedModel | undefined> => {
  const { choices, tokenizer } = readOnnxPath(path)!
  const [model] = choices
  if (model === undefined || choices.length > 1) throw notOneModel(path, choices)
  if (!(await identifyFile(model))) return undefined
  return { entry, files: { model, ...(tokenizer !== undefined && { tokenizer }) } }
}

/** All files of an entry on this machine; undefined when one is missing. */
export const locateEntry = async (
  place: CatalogPlace,
  placed: PlacedEntry,
  options: FindFileOptions,
): Promise<ResolvedModel | undefined> => {
  const all: Partial<Record<FileRole, FoundFile>> = {}
  for (const one of placed.entry.files) {
    const found = await findFile(place, placed, one, { ...options, ...besideOf(one, all) }).catch((error: unknown) => {
      throw options.signal?.aborted ? abortError(options.signal) : error
    })
    if (!found) return undefined
    all[one.role] = found
  }
  return { entry: placed.entry, ...placedFiles(all) }
}
