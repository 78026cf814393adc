import { clientError } from '../../errors/error-response.ts'
import { errorContext, requestSignal } from '../../middleware/app-context.ts'
import { requireJson } from '../../middleware/require-json.ts'
import { type NativeContext, readBody } from './native-context.ts'
import { ndjson } from './ndjson.ts'
import { progressLines } from './progress-lines.ts'

/** Documents in, passages out. */
export const knowledgeRoutes = ({ app, operations, settings }: NativeContext): void => {
  const json = requireJson(settings)
  app.post('/rt/ingest', json, async (c) => {
    const { paths, ...options } = await readBody(c, settings, 'ingestSchema')
    const context = errorContext(c, settings)
    return ndjson(c, settings, (signal) =>
      progressLines(
        async (onProgress) => operations.ingest(paths, { ...options, signal, onProgress }),
        (error) => clientError(error, context),
      ),
    )
  })
  app.post('/rt/search', json, async (c) => {
    const { query, ...options } = await readBody(c, settings, 'searchSchema')
    return c.json(await operations.search(query, { ...options, signal: requestSignal(c) }))
  })
  app.post('/rt/rerank', json, async (c) => {
    const { query, documents, ...options } = await readBody(c, settings, 'rerankSchema')
    return c.json(await operations.rerank(query, documents, { ...options, signal: requestSignal(c) }))
  })
  app.get('/rt/documents', async (c) => c.json(await operations.documents.list()))
  app.post('/rt/documents/forget', json, async (c) => {
    const { source, ...options } = await readBody(c, settings, 'forgetSchema')
    return c.json({ deleted: await operations.documents.forget(source, { ...options, signal: requestSignal(c) }) })
  })
}
