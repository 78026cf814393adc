import type { Hono } from 'hono'
import { type HonoEnv, requestSignal, type WireContext } from '../../middleware/app-context.ts'
import { readJson } from '../../middleware/read-json.ts'
import { requireJson } from '../../middleware/require-json.ts'
import { encodeEmbeddings } from './encode.ts'

/** POST /v1/embeddings. */
export const embeddingRoutes = (app: Hono<HonoEnv>, { ports, settings }: WireContext): void => {
  app.post('/v1/embeddings', requireJson(settings), async (c) => {
    const body = await readJson(c.req.raw, settings)
    const { decodeEmbeddings } = await import('./decode.ts')
    const { model, texts, label, ...decoded } = decodeEmbeddings(body)
    const { principal } = c.get('identity')
    const options = { kind: 'document' as const, principal, ...(label && { label }), signal: requestSignal(c) }
    const result = await ports.embeddings(model, texts, options)
    return c.json(encodeEmbeddings(result, decoded))
  })
}
