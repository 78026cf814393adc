import { adoptFiles } from './adopt.ts'
import { chooseHere } from './choose-file.ts'
import { listOllama, ollamaEntry } from './ollama.ts'
import { type ModelName, normalName, slugOf } from './parse-name.ts'
import type { CatalogPlace, PlacedEntry } from './place.ts'
import { learnPins, remoteEntry } from './references.ts'
import type { CatalogEntry } from './types.ts'

export interface PlaceNameOptions {
  signal?: AbortSignal | undefined
  hash?: boolean
}

/** Finds the entry a name leads to, with all that this machine knows of its files. */
export interface NamePlacer {
  /** Undefined: no model of that name, or (`hf:owner/repo`) nothing of it here. */
  place(name: Exclude<ModelName, { type: 'path' }>, options?: PlaceNameOptions): Promise<PlacedEntry | undefined>
  /** Without looking at files of its own. */
  bare(name: Exclude<ModelName, { type: 'path' }>): CatalogEntry | undefined
  /** Models of the table, and those that Ollama keeps here. */
  known(): PlacedEntry[]
}

export const createNamePlacer = (
  place: CatalogPlace,
  entries: CatalogEntry[],
  lookUp: (name: string) => CatalogEntry | undefined,
): NamePlacer => {
  const ofTable = (entry: CatalogEntry): PlacedEntry => ({ entry, at: slugOf(entry.name) })
  const isOpen = ({ files }: CatalogEntry): boolean => files.some(({ sha256 }) => sha256 === undefined)
  /** An entry that is pinned nowhere is what Ollama keeps under its name, until it is fetched. */
  const fromOllama = (entry: CatalogEntry): PlacedEntry | undefined => {
    if (!isOpen(entry) || entry.engine !== 'gguf') return undefined
    const [found] = [entry.name, ...entry.aliases].flatMap((name) => ollamaEntry(name, entry.name, place) ?? [])
    return found && { ...found, entry: { ...entry, ...found.entry, kind: entry.kind, aliases: entry.aliases } }
  }
  const plainOllama = (name: string): PlacedEntry | undefined =>
    // Names with an owner are asked for with every call of a remote model.
    name.includes('/') ? undefined : ollamaEntry(name, name, place)

  return {
    async place(name, options) {
      if (name.type === 'ollama') return ollamaEntry(name.model, name.name, place)
      if (name.type === 'hub') {
        const chosen = await chooseHere(place, name)
        return chosen && (await adoptFiles(place, await learnPins(place, remoteEntry(chosen)), options))
      }
      if (name.type === 'remote') return await adoptFiles(place, await learnPins(place, remoteEntry(name)), options)
      const entry = lookUp(name.name)
      if (!entry) return plainOllama(name.name)
      const learned = await adoptFiles(place, await learnPins(place, ofTable(entry)), options)
      return (learned.learned ? undefined : fromOllama(entry)) ?? learned
    },
    bare(name) {
      if (name.type === 'catalog') return lookUp(name.name) ?? plainOllama(name.name)?.entry
      if (name.type === 'ollama') return ollamaEntry(name.model, name.name, place)?.entry
      if (name.type === 'remote') return remoteEntry(name).entry
      return { name: name.name, aliases: [], kind: 'chat', engine: 'gguf', files: [] }
    },
    known() {
      const table = entries.map((entry) => ofTable(entry))
      const adopted = listOllama(place).flatMap((model) => {
        const name = normalName(model)
        const entry = lookUp(name)
        if (entry) return (isOpen(entry) ? fromOllama(entry) : ollamaEntry(model, `ollama:${name}`, place)) ?? []
        return ollamaEntry(model, name.includes('/') ? `ollama:${name}` : name, place) ?? []
      })
      return [...table, ...adopted]
    },
  }
}
