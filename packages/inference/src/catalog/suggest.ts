import { nearestNames, RtError } from '@rt/core'
import { formatBytes } from './format-bytes.ts'
import type { CatalogEntry } from './types.ts'

/** Names of entries near to `name`, nearest first, by edits to the name or an alias; at most `limit`. */
export const suggestNames = (name: string, entries: CatalogEntry[], limit = 3): string[] => {
  const owners = new Map(entries.flatMap((entry) => [entry.name, ...entry.aliases].map((other) => [other, entry.name])))
  const near = nearestNames(name, [...owners.keys()], { limit: owners.size })
  return [...new Set(near.map((other) => owners.get(other)!))].slice(0, limit)
}

/** `model_not_found` that says what may have been meant. */
export const unknownModel = (
  name: string,
  { entries, installed, references }: { entries: CatalogEntry[]; installed: string[]; references: boolean },
): RtError => {
  const near = suggestNames(name, entries)
  const offered = near.length > 0 ? near : entries.map((entry) => entry.name)
  const described = offered.map((other) => describe(other, entries, installed))
  return new RtError({
    code: 'model_not_found',
    message: `no model is called "${name.slice(0, 200)}".`,
    hint:
      near.length > 0
        ? `Did you mean ${joinOr(described)}?`
        : `There are ${described.join(', ') || 'none of this kind'}${references ? '; or hf:owner/repo/file.gguf' : ''}.`,
    data: { model: name.slice(0, 200), near, installed },
  })
}

/** Bytes of all files of an entry, as far as they are known. */
export const entryBytes = (entry: CatalogEntry): number => entry.files.reduce((sum, { bytes = 0 }) => sum + bytes, 0)

const describe = (name: string, entries: CatalogEntry[], installed: string[]): string => {
  if (installed.includes(name)) return `${name} (installed)`
  const entry = entries.find((other) => other.name === name)
  return `${name} (rt pull ${name}, ${formatBytes(entry ? entryBytes(entry) : 0)})`
}

const joinOr = (items: string[]): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} or ${items.at(-1)}`
