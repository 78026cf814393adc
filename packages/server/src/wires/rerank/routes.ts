import type { Hono } from 'hono'
import { type HonoEnv, requestSignal, type WireContext } from '../../middleware/app-context.ts'
import { readJson } from '../../middleware/read-json.ts'
import { requireJson } from '../../middleware/require-json.ts'
import { encodeRanking } from './encode.ts'

/** POST /v1/rerank, as Jina and Cohere began it and llama-server and vLLM have it. */
export const rerankRoutes = (app: Hono<HonoEnv>, { ports: { ranking }, settings }: WireContext): void => {
  if (!ranking) return
  app.post('/v1/rerank', requireJson(settings), async (c) => {
    const body = await readJson(c.req.raw, settings)
    const { decodeRerank } = await import('./decode.ts')
    const { model, query, documents, topK, label, ...decoded } = decodeRerank(body)
    const { principal } = c.get('identity')
    const options = { principal, signal: requestSignal(c), ...(topK && { topK }), ...(label && { label }) }
    const result = await ranking(model, query, documents, options)
    return c.json(encodeRanking(result, { documents, ...decoded }))
  })
}
