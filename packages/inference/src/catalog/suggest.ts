import { RtError } from '@rt/core'
import { formatBytes } from './format-bytes.ts'
import type { CatalogEntry } from './types.ts'

/** Names of entries near to `name`, nearest first, by edits to the name or an alias; at most `limit`. */
export const suggestNames = (name: string, entries: CatalogEntry[], limit = 3): string[] => {
  const wanted = name.toLowerCase().slice(0, 200)
  return entries
    .map((entry) => ({
      name: entry.name,
      edits: Math.min(...[entry.name, ...entry.aliases].map((other) => distance(wanted, other.toLowerCase()))),
    }))
    .filter(({ edits }) => edits <= Math.max(2, Math.floor(wanted.length / 3)))
    .toSorted((a, b) => a.edits - b.edits)
    .slice(0, limit)
    .map(({ name: near }) => near)
}

/** `model_not_found` that says what may have been meant. */
export const unknownModel = (name: string, entries: CatalogEntry[], installed: string[]): RtError => {
  const near = suggestNames(name, entries)
  const offered = near.length > 0 ? near : entries.map((entry) => entry.name)
  const described = offered.map((other) => describe(other, entries, installed))
  return new RtError({
    code: 'model_not_found',
    message: `no model is called "${name.slice(0, 200)}".`,
    hint:
      near.length > 0
        ? `Did you mean ${joinOr(described)}?`
        : `There are ${described.join(', ')}; or hf:owner/repo/file.gguf.`,
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

/** Damerau-Levenshtein in its optimal string alignment form: insert, delete, replace, swap neighbours. */
const distance = (a: string, b: string): number => {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + change)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, before[j - 2]! + 1)
      row.push(best)
    }
    before = last
    last = row
  }
  return last[b.length]!
}
