import type { VectorCollection, VectorRecord } from '@rt/core'
import type { Database } from '@rt/node/sqlite'

/** Records in the data file itself, so that a full disk is met where it would be. Searching is not needed. */
export const openSqliteCollection = async (database: Database): Promise<VectorCollection> => {
  await database.write({ sql: 'CREATE TABLE IF NOT EXISTS item (id TEXT PRIMARY KEY, text TEXT NOT NULL)' })
  return {
    name: 'default',
    async upsert(records) {
      await database.write({
        sql: 'INSERT OR REPLACE INTO item VALUES (?, ?)',
        each: [...(records as VectorRecord[])].map(({ id, text = '' }) => [id, text]),
      })
    },
    get: async (ids) =>
      database.all('SELECT id, text FROM item WHERE id IN (SELECT value FROM json_each(?))', [JSON.stringify(ids)]),
    async delete(ids) {
      const { changes } = await database.write({ sql: 'DELETE FROM item WHERE id = ?', each: (ids as string[]).map((id) => [id]) })
      return changes[0]!
    },
    count: async () => (await database.get<{ n: number }>('SELECT count(*) AS n FROM item'))!.n,
    describe: async () => ({ name: 'default', count: 0, index: { kind: 'none', reason: 'a fake' } }),
    update: async () => 0,
    scroll: async () => ({ records: [] }),
    search: async () => [],
  }
}
