import { requestSignal } from '../../middleware/app-context.ts'
import { encodeMessages } from './message-bytes.ts'
import { type NativeContext, readQuery } from './native-context.ts'

/** What was said, what happened, what it cost. */
export const historyRoutes = ({ app, operations }: NativeContext): void => {
  app.get('/rt/threads', async (c) => c.json(await operations.threads.list()))
  app.get('/rt/threads/:id/messages', async (c) =>
    c.json(encodeMessages(await operations.threads.messages(c.req.param('id')))),
  )
  app.delete('/rt/threads/:id', async (c) =>
    c.json({ deleted: await operations.threads.delete(c.req.param('id'), { signal: requestSignal(c) }) }),
  )

  app.get('/rt/traces', async (c) => c.json(await operations.trace.list(await readQuery(c, 'traceListSchema'))))
  app.get('/rt/traces/last', async (c) => c.json((await operations.trace.last()) ?? null))
  app.get('/rt/traces/:id', async (c) => c.json(await operations.trace.get(c.req.param('id'))))
  app.get('/rt/cost', async (c) => c.json(await operations.cost(await readQuery(c, 'costSchema'))))
}
