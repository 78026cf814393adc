import { rm, rmdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, resolve } from 'node:path'
import { abortError, RtError, throwIfAborted } from '@rt/core'
import { freeBytes, sha256File } from '@rt/node/files'
import { checkEntries } from './check-entries.ts'
import { ensureEntry } from './ensure.ts'
import { ENTRIES } from './entries.ts'
import { modelsFolder } from './models-folder.ts'
import { type ModelName, normalName, parseName, slugOf } from './parse-name.ts'
import { type CatalogPlace, findFile, type FindFileOptions, ownPath, type PlacedEntry } from './place.ts'
import { bareRemoteEntry, listPins, pathEntry, pinOf, remoteEntry } from './references.ts'
import { file } from './sources/file.ts'
import { hf } from './sources/hf.ts'
import { https } from './sources/https.ts'
import { maven } from './sources/maven.ts'
import { pypi } from './sources/pypi.ts'
import { entryBytes, suggestNames, unknownModel } from './suggest.ts'
import type {
  Catalog,
  CatalogEntry,
  CatalogOptions,
  FileRole,
  InstalledModel,
  NotFoundOptions,
  RemovedModel,
  ResolvedModel,
} from './types.ts'
import { statFile } from './verify.ts'

/**
 * The models rt can use: those of its table by name, and on request files anywhere. Weights are pinned by size and sha256
 * and come from the first source that delivers exactly those bytes, caches of this machine first.
 *
 * @throws RtError `config_invalid` for a damaged table.
 */
export const createCatalog = (options: CatalogOptions = {}): Catalog => {
  const { home = homedir(), env = process.env, system, sources } = options
  const entries = checkEntries(options.entries ?? ENTRIES)
  const folder = options.folder === undefined ? modelsFolder(env, home) : resolve(options.folder)
  const place: CatalogPlace = { folder, home, env, system: { sha256File, freeBytes, ...system } }
  const lookUp = createLookUp(entries)

  /** Undefined: no model of that name. */
  const placedEntry = async (name: ModelName): Promise<PlacedEntry | undefined> => {
    if (name.type === 'remote') return await remoteEntry(place, name)
    const entry = name.type === 'catalog' ? lookUp(name.name) : undefined
    return entry && { entry, at: slugOf(entry.name) }
  }

  const notFound = async (name: string, { kind, references = false }: NotFoundOptions = {}): Promise<RtError> => {
    const installed = await listInstalled(place, entries)
    const names = installed.map(({ entry }) => entry.name)
    const offered = kind ? entries.filter((entry) => entry.kind === kind) : entries
    return unknownModel(name, { entries: offered, installed: names, references })
  }

  return {
    folder,
    list: () => [...entries],
    suggest: (name) => suggestNames(name, entries),
    notFound,
    find(text, nameOptions) {
      const name = tryParse(text, nameOptions)
      if (!name) return undefined
      if (name.type === 'catalog') return lookUp(name.name)
      return name.type === 'path' ? pathEntry(name.path, home).entry : bareRemoteEntry(name).entry
    },
    installed: ({ signal } = {}) => listInstalled(place, entries, signal),
    async locate(text, nameOptions = {}) {
      const name = parseName(text, nameOptions)
      if (name.type === 'path') return await locatePath(name.path, home)
      const placed = await placedEntry(name)
      return placed && (await locateEntry(place, placed, { signal: nameOptions.signal }))
    },
    async ensure(text, ensureOptions = {}) {
      throwIfAborted(ensureOptions.signal)
      const name = parseName(text, ensureOptions)
      if (name.type === 'path') {
        const found = await locatePath(name.path, home)
        if (found) return found
        throw new RtError({
          code: 'model_not_found',
          message: `there is no file ${JSON.stringify(name.path)}.`,
          hint: 'Check the path.',
        })
      }
      const placed = await placedEntry(name)
      if (!placed) throw await notFound(name.name, { references: ensureOptions.references })
      return await ensureEntry({
        ...ensureOptions,
        place,
        placed,
        sources: { hf, https, pypi, maven, file, ...sources },
      })
    },
    async remove(text, nameOptions) {
      const name = parseName(text, nameOptions)
      const placed = await placedEntry(name)
      if (!placed) throw await notFound(name.name, { references: nameOptions?.references })
      return await removeEntry(place, placed)
    },
  }
}

const createLookUp = (entries: CatalogEntry[]): ((name: string) => CatalogEntry | undefined) => {
  const byName = new Map(
    entries.flatMap((entry) => [entry.name, ...entry.aliases].map((name) => [normalName(name), entry] as const)),
  )
  return (name) => byName.get(normalName(name))
}

const tryParse = (text: string, options?: { references?: boolean }): ModelName | undefined => {
  try {
    return parseName(text, options)
  } catch {
    return undefined
  }
}

const locatePath = async (name: string, home: string): Promise<ResolvedModel | undefined> => {
  const { entry, path } = pathEntry(name, home)
  return (await statFile(path)) && { entry, files: { model: path } }
}

const locateEntry = async (
  place: CatalogPlace,
  placed: PlacedEntry,
  options: FindFileOptions,
): Promise<ResolvedModel | undefined> => {
  const files: Partial<Record<FileRole, string>> = {}
  for (const one of placed.entry.files) {
    const path = await findFile(place, placed, one, options).catch((error: unknown) => {
      throw options.signal?.aborted ? abortError(options.signal) : error
    })
    if (!path) return undefined
    files[one.role] = path
  }
  return { entry: placed.entry, files: files as ResolvedModel['files'] }
}

const listInstalled = async (
  place: CatalogPlace,
  entries: CatalogEntry[],
  signal?: AbortSignal,
): Promise<InstalledModel[]> => {
  const pins = await listPins(place)
  const names = pins.map(({ name }) => tryParse(name, { references: true })).filter((name) => name?.type === 'remote')
  const placed = [
    ...entries.map((entry) => ({ entry, at: slugOf(entry.name) })),
    ...(await Promise.all(names.map((name) => remoteEntry(place, name)))),
  ]
  const found = await Promise.all(placed.map((one) => locateEntry(place, one, { signal, hash: false })))
  return found.flatMap((model, index) => {
    if (!model) return []
    const own = placed[index]!.entry.files.map((one) => ownPath(place, placed[index]!, one))
    const owned = Object.values(model.files).every((path) => own.includes(path))
    return [{ ...model, bytes: entryBytes(model.entry), owned }]
  })
}

const removeEntry = async (place: CatalogPlace, placed: PlacedEntry): Promise<RemovedModel> => {
  const { entry } = placed
  let bytes = 0
  let removed = 0
  for (const one of entry.files) {
    const path = ownPath(place, placed, one)
    const state = await statFile(path)
    if (!state) continue
    await rm(path)
    await rm(pinOf(path), { force: true })
    bytes += state.size
    removed++
  }
  if (removed > 0) {
    const [first] = entry.files
    // Other models may live in the same folder: then it stays.
    if (first) await rmdir(dirname(ownPath(place, placed, first))).catch(() => {})
    return { name: entry.name, bytes }
  }
  if (await locateEntry(place, placed, { hash: false })) {
    throw new RtError({
      code: 'unsupported',
      message: `${entry.name} lies in another program's cache, or was placed by hand: rt does not delete it.`,
      hint: 'Remove it with the program that owns it.',
    })
  }
  throw new RtError({ code: 'not_found', message: `${entry.name} is not installed.`, hint: 'rt list shows what is.' })
}
