import { isAbsolute } from 'node:path'
import { entryBytes, type Candidate } from './suggest.ts'
import type { CatalogEntry, InstalledModel, ModelKind } from './types.ts'

/** What a person may have meant: the table, what was fetched beside it, and the names given by the user. */
export const listCandidates = (
  entries: CatalogEntry[],
  installed: InstalledModel[],
  kind: ModelKind | undefined,
): Candidate[] => {
  const here = new Set(installed.map(({ entry }) => entry.name))
  // A file goes by the names it was given. Its path is nobody's business who asks over HTTP.
  const others = installed.filter(
    ({ entry }) => !entries.some((known) => known.name === entry.name) && !isAbsolute(entry.name),
  )
  const ofKind = [...entries, ...others.map(({ entry }) => entry)].filter((entry) => !kind || entry.kind === kind)
  const models = ofKind.map((entry) => ({
    name: entry.name,
    aliases: entry.aliases,
    installed: here.has(entry.name),
    bytes: entryBytes(entry),
  }))
  const named = installed
    .filter(({ entry }) => !kind || entry.kind === kind)
    .flatMap(({ names, bytes }) => names.map((name) => ({ name, aliases: [], installed: true, bytes })))
  return [...models, ...named]
}
