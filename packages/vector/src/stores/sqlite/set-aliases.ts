import type { Database } from '@rt/node/sqlite'
import { aliasOfAlias, nameTaken, noCollection } from '../../driver-kit/check-collection.ts'

/** Points names at collections, in one transaction. */
export const setAliases = (database: Database, changes: readonly (readonly [string, string | null])[]): Promise<void> =>
  database.transaction(async (tx) => {
    const names = JSON.stringify(changes.flat().filter((name) => name !== null))
    const listed = 'IN (SELECT value FROM json_each(?))'
    const collections = new Map(
      (
        await tx.all<{ id: number; name: string }>(`SELECT id, name FROM vector_collections WHERE name ${listed}`, [
          names,
        ])
      ).map(({ id, name }) => [name, id]),
    )
    const aliases = await tx.all<{ alias: string }>(`SELECT alias FROM vector_aliases WHERE alias ${listed}`, [names])
    for (const [alias, target] of changes) {
      if (collections.has(alias)) throw nameTaken(alias)
      if (target === null || collections.has(target)) continue
      throw aliases.some((row) => row.alias === target) ? aliasOfAlias(alias, target) : noCollection(target)
    }
    for (const [alias, target] of changes)
      await tx.run(
        target === null
          ? { sql: 'DELETE FROM vector_aliases WHERE alias = ?', params: [alias] }
          : {
              sql: `INSERT INTO vector_aliases (alias, collection) VALUES (?, ?)
                    ON CONFLICT (alias) DO UPDATE SET collection = excluded.collection`,
              params: [alias, collections.get(target)!],
            },
      )
  })
