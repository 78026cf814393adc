import { randomUUID } from 'node:crypto'
import { logicalName, physicalName } from './physical-name.ts'

/** Begins the alias that names a collection which was made under another name. No encoded name begins so. */
const NAMES = '~name~'

/**
 * Which collections there are, by the names rt knows them by. A collection is called in Qdrant as it was called when it
 * was made; one that was renamed has an alias that names it, since Qdrant renames nothing but switches aliases all at
 * once.
 */
export interface Catalog {
  /** Physical names, foreign collections too. */
  collections: ReadonlyMap<string, string>
  /** Physical names of what they point at. */
  aliases: ReadonlyMap<string, string>
  /** Aliases that name a collection: physical alias by name. */
  naming: ReadonlyMap<string, string>
  /** Collections that lost their name to another: a rename that was interrupted left them. */
  shadowed: ReadonlyMap<string, string>
  /** All physical names. */
  taken: ReadonlySet<string>
}

export const readCatalog = (
  physical: readonly string[],
  links: readonly { alias_name: string; collection_name: string }[],
): Catalog => {
  const collections = new Map<string, string>()
  const aliases = new Map<string, string>()
  const naming = new Map<string, string>()
  const shadowed = new Map<string, string>()
  const renamed = new Set<string>()
  for (const { alias_name: alias, collection_name: target } of links) {
    const name = logicalName(alias.startsWith(NAMES) ? alias.slice(NAMES.length) : alias)
    if (name === undefined) continue
    if (alias.startsWith(NAMES)) {
      collections.set(name, target)
      naming.set(name, alias)
      renamed.add(target)
    } else aliases.set(name, target)
  }
  for (const target of physical) {
    const name = renamed.has(target) ? undefined : logicalName(target)
    if (name === undefined) continue
    ;(collections.has(name) ? shadowed : collections).set(name, target)
  }
  return { collections, aliases, naming, shadowed, taken: new Set(physical) }
}

/** A physical name for a new collection, and the alias it needs where its own is taken by one that was renamed. */
export const newPhysical = (name: string, { taken }: Catalog): { physical: string; naming?: string } => {
  const physical = physicalName(name)
  return taken.has(physical) ? { physical: `~${randomUUID()}`, naming: namingAlias(name) } : { physical }
}

/** The alias that names a collection made under another name. */
export const namingAlias = (name: string): string => NAMES + physicalName(name)
