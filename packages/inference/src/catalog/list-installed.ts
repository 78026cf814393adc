import { isAbsolute, relative, sep } from 'node:path'
import { identifyFile } from '@rt/node/files'
import { adoptFiles } from './adopt.ts'
import { locateEntry, locatePath } from './locate.ts'
import { parseName } from './parse-name.ts'
import { type CatalogPlace, ownPath, type PlacedEntry } from './place.ts'
import { learnPins, listPins, remoteEntry } from './references.ts'
import { hubRoot, listCachedFiles, ollamaRoots, studioRoots } from './sources/caches.ts'
import { listQuants } from './quants.ts'
import { entryBytes } from './suggest.ts'
import type { InstalledModel, ResolvedModel } from './types.ts'
import type { UserModel } from './user-names.ts'
import { hasSettings } from './with-settings.ts'

export interface ListInstalledOptions {
  /** Models of the table and of Ollama. */
  placed: PlacedEntry[]
  /** Further names of models. */
  names: ReadonlyMap<string, UserModel>
  signal?: AbortSignal | undefined
}

/** Models of the table, of other programs, fetched references and named files that are here, by name and size alone. */
export const listInstalled = async (
  place: CatalogPlace,
  { placed: known, names, signal }: ListInstalledOptions,
): Promise<InstalledModel[]> => {
  const pins = new Set((await listPins(place)).map(({ name }) => name))
  const references = new Set([...pins, ...(await cachedNames(place))])
  const placed = [...known, ...[...references].flatMap((name) => referenced(name) ?? [])]
  const found = await Promise.all([
    ...placed.map(async (bare) => {
      const one = await adoptFiles(place, await learnPins(place, bare), { hash: false })
      const model = await locateEntry(place, one, { signal, hash: false })
      return model && (await describeInstalled(place, one, model, names))
    }),
    ...pathsOf(names).map(async (path) => {
      const model = await locatePath(path, place.home)
      return model && (await describeInstalled(place, { entry: model.entry, at: '' }, model, names))
    }),
  ])
  const models = found.filter((model) => model !== undefined)
  // A file in another program's folder that the table knows is listed once, by that name.
  const ofTable = new Set(models.flatMap(({ entry, files }) => (references.has(entry.name) ? [] : [files.model])))
  return models.filter(
    ({ entry, files }) => !references.has(entry.name) || pins.has(entry.name) || !ofTable.has(files.model),
  )
}

export const describeInstalled = async (
  place: CatalogPlace,
  placed: PlacedEntry,
  model: ResolvedModel,
  names: ReadonlyMap<string, UserModel>,
): Promise<InstalledModel> => {
  const own = placed.entry.files.map((one) => ownPath(place, placed, one))
  const paths = Object.values(model.files).filter((path) => path !== undefined)
  const stamps = await Promise.all(paths.map(identifyFile))
  const onDisk = stamps.reduce((sum, stamp) => sum + (stamp?.size ?? 0), 0)
  return {
    ...model,
    // Of a path the entry knows no size.
    bytes: entryBytes(model.entry) || onDisk,
    owned: paths.every((path) => own.includes(path)),
    place: placeOf(place, model.files.model),
    modifiedAt: Math.max(0, ...stamps.map((stamp) => Math.round(Number(stamp?.modified ?? 0) / 1e6))),
    names: [...names].flatMap(([name, user]) => (user.model === model.entry.name && !hasSettings(user) ? [name] : [])),
  }
}

const placeOf = (place: CatalogPlace, path: string): InstalledModel['place'] => {
  const isIn = (folder: string): boolean => {
    const way = relative(folder, path)
    return way !== '' && !isAbsolute(way) && way !== '..' && !way.startsWith(`..${sep}`)
  }
  if (isIn(place.folder)) return 'rt'
  if (ollamaRoots(place).some(isIn)) return 'ollama'
  if (studioRoots(place).some(isIn)) return 'lmstudio'
  return isIn(hubRoot(place)) ? 'huggingface' : 'file'
}

/** Files of the user that have a further name. */
const pathsOf = (names: ReadonlyMap<string, UserModel>): string[] =>
  [...new Set([...names.values()].map(({ model }) => model))].filter((model) => isAbsolute(model))

/** GGUF models of LM Studio and of the hub's cache, by the references that lead to them. */
const cachedNames = async (place: CatalogPlace): Promise<string[]> => {
  const files = await listCachedFiles(place)
  const repos = Map.groupBy(files, ({ repo }) => repo)
  return [...repos].flatMap(([repo, all]) => listQuants(all).map(({ path }) => `hf:${repo}/${path}`))
}

const referenced = (text: string): PlacedEntry | undefined => {
  try {
    const name = parseName(text, { references: true })
    return name.type === 'remote' ? remoteEntry(name) : undefined
  } catch {
    // A pin that somebody edited by hand, a file whose name cannot be one here.
    return undefined
  }
}
