import { basename, dirname, join, sep } from 'node:path'
import { type FileIdentity, identifyFile } from '@rt/node/files'
import { localCandidates } from './sources/local.ts'
import type { CatalogEntry, CatalogFile, CatalogSystem, FileRole, ResolvedModel } from './types.ts'
import { verifyFile } from './verify.ts'

/** What the parts of a catalog share. */
export interface CatalogPlace {
  folder: string
  home: string
  env: Record<string, string | undefined>
  system: CatalogSystem
  /** For the hub. */
  token?: string | undefined
}

export interface FindFileOptions {
  signal?: AbortSignal | undefined
  /** False: believe the size. Default true. */
  hash?: boolean
  /** Of a file that is looked for beside another: the folder of that one. */
  beside?: string | undefined
  onProgress?: (done: number) => void
}

/** An entry with the folder (below the models folder, with `/`) of rt's own copies of its files. */
export interface PlacedEntry {
  entry: CatalogEntry
  at: string
  /** Names of files whose hash is no pin of the table: it was noted at their first fetch. */
  learned?: string[]
}

export const ownPath = ({ folder }: CatalogPlace, { at }: PlacedEntry, file: CatalogFile): string =>
  join(folder, ...at.split('/'), file.name)

/** The models folder as errors may show it: never a user's name. */
export const folderLabel = ({ folder, home }: CatalogPlace): string =>
  folder.startsWith(home + sep) ? `~${folder.slice(home.length)}, or where RT_MODELS says` : 'where RT_MODELS says'

export interface FoundFile {
  path: string
  /** As it was hashed; undefined when it was not. */
  stamp?: FileIdentity
}

/** The first place of this machine that holds these bytes. Undefined for a file of which no hash is known. */
export const findFile = async (
  place: CatalogPlace,
  placed: PlacedEntry,
  file: CatalogFile,
  { signal, hash = true, beside, onProgress }: FindFileOptions = {},
): Promise<FoundFile | undefined> => {
  const { bytes, sha256 } = file
  if (bytes === undefined) return undefined
  for await (const path of candidatePaths(place, placed, file, beside)) {
    signal?.throwIfAborted()
    if (!hash) {
      if ((await identifyFile(path))?.size === bytes) return { path }
      continue
    }
    if (sha256 === undefined) return undefined
    const options = { folder: place.folder, sha256File: place.system.sha256File, signal, onProgress }
    // A file of another program that cannot be read is not ours to complain about.
    const stamp = await verifyFile(path, { bytes, sha256 }, options).catch((error: unknown) => {
      if (signal?.aborted) throw error
      return undefined
    })
    if (stamp) return { path, stamp }
  }
  return undefined
}

/** The file whose folder one of this role is used from; undefined = wherever it lies. */
const companionOf = (role: FileRole): 'model' | 'tokenizer' | undefined => {
  if (role.startsWith('part-')) return 'model'
  return role.startsWith('tokenizer-') ? 'tokenizer' : undefined
}

/**
 * Companions are used where all of them lie under their own names; what rt itself began to fetch it goes on with. The
 * folders of other programs are only looked through when rt has no such file: this is asked with every request.
 */
async function* candidatePaths(
  place: CatalogPlace,
  placed: PlacedEntry,
  file: CatalogFile,
  beside: string | undefined,
): AsyncGenerator<string, void> {
  if (companionOf(file.role)) {
    if (beside !== undefined) yield join(beside, file.name)
    return
  }
  yield ownPath(place, placed, file)
  const parts = placed.entry.files.filter(({ role }) => companionOf(role) === file.role)
  for (const path of await localCandidates(file, place)) {
    if (parts.length > 0 && basename(path) !== file.name) continue
    const sizes = await Promise.all(parts.map(({ name }) => identifyFile(join(dirname(path), name))))
    if (sizes.every((found, i) => found && (parts[i]?.bytes ?? found.size) === found.size)) yield path
  }
}

/** Where a file is looked for that is used beside another. */
export const besideOf = (
  { role }: CatalogFile,
  found: Partial<Record<FileRole, FoundFile>>,
): { beside: string | undefined } => {
  const companion = companionOf(role)
  const path = companion && found[companion]?.path
  return { beside: path === undefined ? undefined : dirname(path) }
}

/** Paths and stamps by role, of an entry whose files were all found. */
export const placedFiles = (found: Partial<Record<FileRole, FoundFile>>): Pick<ResolvedModel, 'files' | 'stamps'> => {
  const roles = Object.entries(found) as [FileRole, FoundFile][]
  const files = Object.fromEntries(roles.map(([role, { path }]) => [role, path])) as ResolvedModel['files']
  const hashed = roles.flatMap(([role, { stamp }]) => (stamp ? [[role, stamp] as const] : []))
  return { files, ...(hashed.length > 0 && { stamps: Object.fromEntries(hashed) }) }
}
