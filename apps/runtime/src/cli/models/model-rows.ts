import type { Catalog, CatalogEntry, InstalledModel } from '@rt/inference/catalog'

/** A model as `rt list --json` tells of it. */
export interface ModelRow {
  name: string
  /** Further names that the user gave it. */
  names: string[]
  kind: CatalogEntry['kind']
  engine: CatalogEntry['engine']
  bytes: number
  licence?: string
  note?: string
  installed: boolean
  /** Of an installed one: where its weights lie, and whether rt put them there. */
  path?: string
  owned?: boolean
  place?: InstalledModel['place']
  /** Milliseconds since 1970. */
  modifiedAt?: number
}

/** A model of the table, measured against this machine. */
export interface OfferedRow extends ModelRow {
  fits: boolean
  /** Memory it takes when it runs, estimated. */
  needsBytes: number
  why: string
  /** The best of its kind that fits. */
  recommended: boolean
}

/** What is here, newest first. */
export const installedRows = async (catalog: Catalog): Promise<ModelRow[]> =>
  (await catalog.installed()).map(installedRow).toSorted((a, b) => (b.modifiedAt ?? 0) - (a.modifiedAt ?? 0))

/** What is here, then what can be fetched, best first. */
export const allRows = async (catalog: Catalog, memoryBytes: number): Promise<(ModelRow | OfferedRow)[]> => {
  const installed = await installedRows(catalog)
  const best = new Set<string>()
  const offered = catalog.recommend({ memoryBytes }).map(({ entry, fits, needsBytes, why }): OfferedRow => {
    const recommended = fits && !best.has(entry.kind)
    if (recommended) best.add(entry.kind)
    const here = installed.find(({ name }) => name === entry.name)
    return { ...(here ?? offeredRow(entry)), fits, needsBytes, why, recommended }
  })
  const others = installed.filter(({ name }) => !offered.some((one) => one.name === name))
  return [...offered.filter((row) => row.installed), ...others, ...offered.filter((row) => !row.installed)]
}

const installedRow = ({ entry, bytes, owned, place, modifiedAt, names, files }: InstalledModel): ModelRow => ({
  ...entryRow(entry, bytes),
  names,
  installed: true,
  path: files.model,
  owned,
  place,
  modifiedAt,
})

const offeredRow = (entry: CatalogEntry): ModelRow => ({
  ...entryRow(
    entry,
    entry.files.reduce((sum, file) => sum + (file.bytes ?? 0), 0),
  ),
  names: [],
  installed: false,
})

const entryRow = (
  { name, kind, engine, licence, note }: CatalogEntry,
  bytes: number,
): Omit<ModelRow, 'names' | 'installed'> => ({
  name,
  kind,
  engine,
  bytes,
  ...(licence && { licence }),
  ...(note && { note }),
})
