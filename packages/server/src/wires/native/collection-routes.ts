import { recordFromJson, type VectorRecord, vectorFromJson } from '@rt/core'
import { clientError } from '../../errors/error-response.ts'
import { type AppContext, errorContext, requestSignal } from '../../middleware/app-context.ts'
import { isJson } from '../../middleware/read-json.ts'
import { requireJson } from '../../middleware/require-json.ts'
import { type NativeContext, readBody } from './native-context.ts'
import { ndjson } from './ndjson.ts'
import { progressLines } from './progress-lines.ts'
import { encodeRecord, recordLines } from './record-lines.ts'
import { readRecordLines } from './read-record-lines.ts'

/** Collections, and the records in them. */
export const collectionRoutes = ({ app, operations: { collections }, settings }: NativeContext): void => {
  const json = requireJson(settings)
  const lines = requireJson(settings, ['application/x-ndjson', 'application/jsonl'])
  const signalled = (c: AppContext): { signal: AbortSignal } => ({ signal: requestSignal(c) })
  const nameOf = (c: AppContext): string => c.req.param('name')!

  app.get('/rt/collections', async (c) => c.json(await collections.list()))
  app.post('/rt/collections', json, async (c) => {
    const { name, ...options } = await readBody(c, settings, 'newCollectionSchema')
    return c.json(await collections.create(name, { ...options, ...signalled(c) }), 201)
  })
  app.post('/rt/aliases', json, async (c) => {
    const { changes } = await readBody(c, settings, 'aliasSchema')
    await collections.alias(changes, signalled(c))
    return c.json({ changed: Object.keys(changes).length })
  })
  app.get('/rt/collections/:name', async (c) => c.json(await collections.describe(nameOf(c), signalled(c))))
  app.delete('/rt/collections/:name', async (c) => c.json({ deleted: await collections.drop(nameOf(c), signalled(c)) }))

  app.post('/rt/collections/:name/records', lines, async (c) => {
    const given = isJson(c.req.header('content-type')) ? await allRecords(c) : readRecordLines(c.req.raw, settings)
    return c.json({ upserted: await collections.upsert(nameOf(c), given, signalled(c)) })
  })
  app.post('/rt/collections/:name/get', json, async (c) => {
    const { ids, vectors } = await readBody(c, settings, 'getRecordsSchema')
    const records = await collections.get(nameOf(c), ids, signalled(c))
    return c.json({ records: records.map((record) => encodeRecord(record, vectors)) })
  })
  app.post('/rt/collections/:name/update', json, async (c) => {
    const { changes } = await readBody(c, settings, 'updateRecordsSchema')
    return c.json({ updated: await collections.update(nameOf(c), changes, signalled(c)) })
  })
  app.post('/rt/collections/:name/delete', json, async (c) => {
    const which = await readBody(c, settings, 'deleteRecordsSchema')
    return c.json({ deleted: await collections.delete(nameOf(c), 'ids' in which ? which.ids : which, signalled(c)) })
  })
  app.post('/rt/collections/:name/count', json, async (c) => {
    const options = await readBody(c, settings, 'countSchema')
    return c.json({ count: await collections.count(nameOf(c), { ...options, ...signalled(c) }) })
  })
  app.post('/rt/collections/:name/scroll', json, async (c) => {
    const { vectors, ...options } = await readBody(c, settings, 'scrollSchema')
    const { records, next } = await collections.scroll(nameOf(c), {
      ...options,
      vectors: vectors !== false,
      ...signalled(c),
    })
    return c.json({ records: records.map((record) => encodeRecord(record, vectors)), next })
  })
  app.post('/rt/collections/:name/search', json, async (c) => {
    const { vector, ...query } = await readBody(c, settings, 'collectionSearchSchema')
    const found = vector !== undefined && { vector: vectorFromJson(vector, 'vector') }
    return c.json(await collections.search(nameOf(c), { ...query, ...found }, signalled(c)))
  })

  app.post('/rt/collections/:name/export', json, async (c) => {
    const { vectors, ...options } = await readBody(c, settings, 'exportSchema')
    // Whether there is such a collection is said by the status.
    const { name } = await collections.describe(nameOf(c), signalled(c))
    const context = errorContext(c, settings)
    return ndjson(c, settings, (signal) =>
      recordLines(collections.records(name, { ...options, vectors: vectors !== false, signal }), {
        vectors,
        toClient: (error) => clientError(error, context),
      }),
    )
  })
  app.post('/rt/collections/:name/move', json, async (c) => {
    const options = await readBody(c, settings, 'moveSchema')
    const context = errorContext(c, settings)
    return ndjson(c, settings, (signal) =>
      progressLines(
        async (onProgress) => collections.move(nameOf(c), { ...options, signal, onProgress }),
        (error) => clientError(error, context),
      ),
    )
  })
  app.post('/rt/collections/:name/migrate', json, async (c) => {
    const options = await readBody(c, settings, 'migrateSchema')
    const context = errorContext(c, settings)
    return ndjson(c, settings, (signal) =>
      progressLines(
        async (onProgress) => collections.migrate(nameOf(c), { ...options, signal, onProgress }),
        (error) => clientError(error, context),
      ),
    )
  })

  async function allRecords(c: AppContext): Promise<VectorRecord[]> {
    const { records } = await readBody(c, settings, 'newRecordsSchema')
    return records.map((record, index) => recordFromJson(record, `records[${index}]`))
  }
}
