import type { Hono } from 'hono'
import type { AppContext, HonoEnv, WireContext } from '../../middleware/app-context.ts'

const BANNER = `rt is running

POST /v1/chat/completions   chat, OpenAI's protocol
POST /v1/embeddings         embeddings, OpenAI's protocol
POST /v1/rerank             documents by relevance, best first
GET  /v1/models             what is installed
GET  /health  GET /ready    state
`

const NATIVE = `/rt/…                       rt's own API, with a key of scope admin: GET /rt/status, POST /rt/turn
`

/** `/health` says how things are and is always 200; `/ready` and `/v1/health` are 503 until requests can be served. */
export const healthRoutes = (app: Hono<HonoEnv>, { ports }: WireContext): void => {
  const report = (c: AppContext): { status: string; detail?: string } =>
    c.env?.draining ? { status: 'draining' } : ports.health()
  const ready = (c: AppContext): Response => {
    const body = report(c)
    const waiting = body.status === 'loading' || body.status === 'draining'
    return c.json(body, waiting ? 503 : 200, waiting ? { 'retry-after': '1' } : {})
  }
  app.get('/', (c) => c.text(ports.operations ? BANNER + NATIVE : BANNER))
  app.get('/health', (c) => c.json(report(c)))
  app.get('/ready', ready)
  app.get('/v1/health', ready)
}
