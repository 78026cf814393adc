import type { Database } from '@rt/node/sqlite'
import { isAlias, nameInUse, noCollection } from '../../driver-kit/check-collection.ts'
import { textTable } from './migrations.ts'

/** Renames in one transaction; answers the numbers of the collections whose open handles are no longer right. */
export const renameCollection = (
  database: Database,
  { name, to, replace }: { name: string; to: string; replace: boolean },
): Promise<number[]> =>
  database.transaction(async (tx) => {
    const find = async (wanted: string): Promise<number | undefined> =>
      (await tx.all<{ id: number }>('SELECT id FROM vector_collections WHERE name = ?', [wanted]))[0]?.id
    const [id, taken] = [await find(name), await find(to)]
    if (id === undefined) throw noCollection(name)
    if (id === taken) return []
    const [alias] = await tx.all<{ name: string }>(
      'SELECT c.name FROM vector_aliases a JOIN vector_collections c ON c.id = a.collection WHERE a.alias = ?',
      [to],
    )
    if (alias) throw isAlias(to, alias.name)
    if (taken !== undefined && !replace) throw nameInUse(to)
    if (taken !== undefined) {
      await tx.run({ sql: 'UPDATE vector_aliases SET collection = ? WHERE collection = ?', params: [id, taken] })
      await tx.run({ sql: `DROP TABLE ${textTable(taken)}` })
      await tx.run({ sql: 'DELETE FROM vector_collections WHERE id = ?', params: [taken] })
    }
    await tx.run({ sql: 'UPDATE vector_collections SET name = ? WHERE id = ?', params: [to, id] })
    return taken === undefined ? [id] : [id, taken]
  })
