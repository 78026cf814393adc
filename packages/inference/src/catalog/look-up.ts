import { normalName } from './parse-name.ts'
import type { CatalogEntry } from './types.ts'

/** Entries by their names and aliases, whatever their case. */
export const createLookUp = (entries: CatalogEntry[]): ((name: string) => CatalogEntry | undefined) => {
  const byName = new Map(
    entries.flatMap((entry) => [entry.name, ...entry.aliases].map((name) => [normalName(name), entry] as const)),
  )
  return (name) => byName.get(normalName(name))
}
