import { isAbsolute } from 'node:path'
import { identifyFile } from '@rt/node/files'
import { locateEntry, locatePath } from './locate.ts'
import { parseName, slugOf } from './parse-name.ts'
import { type CatalogPlace, ownPath, type PlacedEntry } from './place.ts'
import { listPins, remoteEntry } from './references.ts'
import { entryBytes } from './suggest.ts'
import type { CatalogEntry, InstalledModel, ResolvedModel } from './types.ts'

export interface ListInstalledOptions {
  /** Further names of models. */
  names: ReadonlyMap<string, string>
  signal?: AbortSignal | undefined
}

/** Models of the table, fetched references and named files that are here, by name and size alone. */
export const listInstalled = async (
  place: CatalogPlace,
  entries: CatalogEntry[],
  { names, signal }: ListInstalledOptions,
): Promise<InstalledModel[]> => {
  const placed = [
    ...entries.map((entry) => ({ entry, at: slugOf(entry.name) })),
    ...(await Promise.all((await listPins(place)).map(({ name }) => remotePlace(place, name)))),
  ].filter((one) => one !== undefined)
  const found = await Promise.all([
    ...placed.map(async (one) => {
      const model = await locateEntry(place, one, { signal, hash: false })
      return model && (await describeInstalled(place, one, model, names))
    }),
    ...pathsOf(names).map(async (path) => {
      const model = await locatePath(path, place.home)
      return model && (await describeInstalled(place, { entry: model.entry, at: '' }, model, names))
    }),
  ])
  return found.filter((model) => model !== undefined)
}

export const describeInstalled = async (
  place: CatalogPlace,
  placed: PlacedEntry,
  model: ResolvedModel,
  names: ReadonlyMap<string, string>,
): Promise<InstalledModel> => {
  const own = placed.entry.files.map((one) => ownPath(place, placed, one))
  const paths = Object.values(model.files)
  const stamps = await Promise.all(paths.map(identifyFile))
  const onDisk = stamps.reduce((sum, stamp) => sum + (stamp?.size ?? 0), 0)
  return {
    ...model,
    // Of a path the entry knows no size.
    bytes: entryBytes(model.entry) || onDisk,
    owned: paths.every((path) => own.includes(path)),
    modifiedAt: Math.max(0, ...stamps.map((stamp) => Math.round(Number(stamp?.modified ?? 0) / 1e6))),
    names: [...names].flatMap(([name, target]) => (target === model.entry.name ? [name] : [])),
  }
}

/** Files of the user that have a further name. */
const pathsOf = (names: ReadonlyMap<string, string>): string[] => [...new Set(names.values())].filter(isAbsolute)

const remotePlace = async (place: CatalogPlace, text: string): Promise<PlacedEntry | undefined> => {
  try {
    const name = parseName(text, { references: true })
    return name.type === 'remote' ? await remoteEntry(place, name) : undefined
  } catch {
    // A pin that somebody edited by hand.
    return undefined
  }
}
