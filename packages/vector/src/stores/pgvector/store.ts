import { RtError, type VectorCapabilities, type VectorStore } from '@rt/core'
import { checkAliases, checkName, checkOptions, checkStamp, storeClosed } from '../../driver-kit/check-collection.ts'
import { createPgvectorCollection, type OpenCollection } from './collection.ts'
import { COLUMNS, type CollectionRow } from './collection-row.ts'
import { dropCollection, openCollection, renameCollection, setAliases } from './collections.ts'
import { describeCollections } from './describe-collections.ts'
import { createFields } from './fields.ts'
import { createGraph } from './graph.ts'
import { checkSchema, type Layout } from './layout.ts'
import { loadPool } from './load-pool.ts'
import { migrate } from './migrate.ts'
import type { PgvectorStoreOptions } from './options.ts'
import { createPostgres, type Postgres } from './postgres.ts'

const GRAPH_FROM: number = 16 * 1024 * 1024

/**
 * A vector store in Postgres with the extension pgvector. Makes its schema and tables when they are missing.
 *
 * @throws RtError `unsupported` without the package `pg`, or on a server without pgvector; `config_invalid`, `unauthorized`
 * and `network` for addresses that do not work; `database_newer` when a later version made the tables.
 */
export const createPgvectorStore = async (options: PgvectorStoreOptions): Promise<VectorStore> => {
  const { schema: name = 'rt_vector', graphFrom = GRAPH_FROM, clock = Date.now } = options
  const schema = checkSchema(name)
  const own = options.pool ? undefined : await loadPool(options.url, options)
  const postgres = createPostgres(options.pool ?? own!)
  const close = async (): Promise<void> => own?.end()
  try {
    const layout = await migrate(postgres, schema)
    return createStore(postgres, layout, { graphFrom, clock, close })
  } catch (error) {
    await close()
    throw error
  }
}

const createStore = (
  postgres: Postgres,
  layout: Layout,
  { close, ...settings }: { graphFrom: number; clock: () => number; close: () => Promise<void> },
): VectorStore => {
  /** By number: all handles of one collection share what is known of its graph. */
  const open = new Map<number, OpenCollection>()
  let closed: Promise<void> | undefined
  const capabilities: VectorCapabilities = {
    metrics: ['cosine', 'dot', 'l2'],
    durability: 'server',
    consistency: 'read-your-writes',
    atomicUpsert: true,
    keyword: 'ts-rank',
    tokenizers: layout.hasTrigrams ? ['porter', 'unicode61', 'trigram'] : ['porter', 'unicode61'],
    filteredSearch: layout.hasIterativeScan ? 'graph' : 'over-fetch',
    snapshot: false,
    rename: true,
  }

  const refuseClosed = (): void => {
    if (closed) throw storeClosed()
  }
  const forget = async (ids: number[]): Promise<void> => {
    const gone = ids.flatMap((id) => open.get(id) ?? [])
    for (const id of ids) open.delete(id)
    await Promise.all(gone.map((entry) => entry.close()))
  }

  return {
    kind: 'pgvector',
    capabilities,
    async collection(name, stamp, options = {}) {
      refuseClosed()
      checkName(name)
      if (stamp) checkStamp(stamp, capabilities)
      const row = await openCollection(postgres, layout, name, { stamp, options: checkOptions(options, capabilities) })
      let entry = open.get(row.id)
      if (!entry) open.set(row.id, (entry = createPgvectorCollection(postgres, layout, row, settings)))
      return entry.collection
    },
    async list() {
      refuseClosed()
      return postgres.read(async (sql) => {
        const rows = await sql.all<CollectionRow>(
          `SELECT ${COLUMNS} FROM ${layout.schema}.collections c ORDER BY c.name`,
        )
        return describeCollections(sql, layout, rows, {
          now: settings.clock(),
          fieldsOf: (row) => createFields(postgres, layout, row.id).describe(sql),
          indexOf: (row) => createGraph(postgres, layout, row, settings.graphFrom).describe(sql, row),
        })
      })
    },
    async drop(name) {
      refuseClosed()
      const id = await dropCollection(postgres, layout, name, forget)
      return id !== undefined
    },
    async alias(changes) {
      refuseClosed()
      const checked = checkAliases(changes)
      if (checked.length) await setAliases(postgres, layout, checked)
    },
    async rename(name, to, { replace = false } = {}) {
      refuseClosed()
      checkName(to)
      await forget(await renameCollection(postgres, layout, { name, to, replace }))
    },
    async snapshot() {
      refuseClosed()
      throw new RtError({
        code: 'unsupported',
        message: 'the store pgvector makes no snapshots.',
        hint: `Use what backs up the server: pg_dump --schema=${layout.schema.replaceAll('"', '')}, pg_basebackup, or copy collections by \`rt collections export\`.`,
      })
    },
    [Symbol.asyncDispose]: () =>
      (closed ??= (async () => {
        await forget([...open.keys()])
        await close()
      })()),
  }
}
