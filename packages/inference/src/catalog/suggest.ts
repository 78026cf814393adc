import { formatBytes, nearestNames, RtError } from '@rt/core'
import { HUB_NAMES } from './parse-source.ts'
import type { CatalogEntry } from './types.ts'

/** A model that may have been meant. */
export interface Candidate {
  name: string
  /** Other ways to write it. */
  aliases: string[]
  installed: boolean
  bytes: number
}

/** Names of candidates near to `name`, nearest first, by edits to the name or an alias; at most `limit`. */
export const suggestNames = (name: string, candidates: Pick<Candidate, 'name' | 'aliases'>[], limit = 3): string[] => {
  const owners = new Map(candidates.flatMap((one) => [one.name, ...one.aliases].map((other) => [other, one.name])))
  const near = nearestNames(name, [...owners.keys()], { limit: owners.size })
  return [...new Set(near.map((other) => owners.get(other)!))].slice(0, limit)
}

/** `model_not_found` that says what may have been meant: what is installed can be used, what is not can be fetched. */
export const unknownModel = (
  name: string,
  { candidates, references }: { candidates: Candidate[]; references: boolean },
): RtError => {
  const absent = candidates.find((one) => one.name === name && !one.installed)
  const near = absent ? [name] : suggestNames(name, candidates)
  const offered = candidates.filter((one) => near.length === 0 || near.includes(one.name))
  const sorted = offered.toSorted((a, b) => near.indexOf(a.name) - near.indexOf(b.name))
  const described = sorted.map(describe)
  return new RtError({
    code: 'model_not_found',
    message: absent ? `"${name}" is not on this machine.` : `no model is called "${name.slice(0, 200)}".`,
    hint: absent
      ? `Fetch it with rt pull ${name}${absent.bytes > 0 ? ` (${formatBytes(absent.bytes)})` : ''}.`
      : near.length > 0
        ? `Did you mean ${joinOr(described)}?`
        : (references && elsewhere(name)) || `There are ${listed(sorted)}${references ? '; or hf:owner/repo' : ''}.`,
    data: {
      model: name.slice(0, 200),
      near,
      installed: candidates.filter((one) => one.installed).map((one) => one.name),
    },
  })
}

/** What a name says of where its model is. */
const elsewhere = (name: string): string | undefined => {
  if (name.startsWith('hf:')) return HUB_NAMES
  const [, model] = /^ollama:(.{1,200})$/.exec(name) ?? []
  return (
    model &&
    `Ollama has none of that name in its folder (~/.ollama/models, or where OLLAMA_MODELS says): ollama pull ${model}`
  )
}

/** Bytes of all files of an entry, as far as they are known. */
export const entryBytes = (entry: CatalogEntry): number => entry.files.reduce((sum, { bytes = 0 }) => sum + bytes, 0)

const describe = ({ name, installed, bytes }: Candidate): string =>
  installed ? `${name} (installed)` : `${name} (rt pull ${name}${bytes > 0 ? `, ${formatBytes(bytes)}` : ''})`

const MOST_LISTED = 8

/** What is here, then what is soon fetched. */
const listed = (candidates: Candidate[]): string => {
  const rank = ({ installed, bytes }: Candidate): number => (installed ? -1 : bytes || Infinity)
  const first = candidates.toSorted((a, b) => rank(a) - rank(b)).slice(0, MOST_LISTED)
  const more = candidates.length - first.length
  return `${first.map(describe).join(', ') || 'none of this kind'}${more > 0 ? ` and ${more} more: rt list --all` : ''}`
}

const joinOr = (items: string[]): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} or ${items.at(-1)}`
