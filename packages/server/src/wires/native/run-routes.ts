import { clientError } from '../../errors/error-response.ts'
import { errorContext, requestSignal } from '../../middleware/app-context.ts'
import { requireJson } from '../../middleware/require-json.ts'
import { type NativeContext, readBody, readQuery } from './native-context.ts'
import { ndjson } from './ndjson.ts'
import { turnLines } from './turn-lines.ts'

/** Runs that wait for a person, and durable ones. */
export const runRoutes = ({ app, operations: { runs }, settings }: NativeContext): void => {
  const json = requireJson(settings)
  const lines = (c: Parameters<typeof ndjson>[0], open: Parameters<typeof turnLines>[0]): Response => {
    const context = errorContext(c, settings)
    return ndjson(c, settings, (signal) =>
      turnLines(open, { signal, shutdown: c.env?.shutdown, toClient: (error) => clientError(error, context) }),
    )
  }

  app.get('/rt/runs', async (c) => c.json(await runs.list(await readQuery(c, 'runListSchema'))))
  app.get('/rt/runs/:id', async (c) => c.json(await runs.get(c.req.param('id'), await readQuery(c, 'runSchema'))))
  app.delete('/rt/runs/:id', async (c) =>
    c.json({ deleted: await runs.delete(c.req.param('id'), await readQuery(c, 'runSchema')) }),
  )
  app.get('/rt/runs/:id/stream', async (c) => {
    const options = await readQuery(c, 'runStreamSchema')
    return lines(c, (signal) => runs.stream(c.req.param('id'), { ...options, signal }))
  })

  app.post('/rt/runs/:id/approve', json, async (c) => {
    const { principal, ...decision } = await readBody(c, settings, 'runApproveSchema')
    return c.json(await runs.approve(c.req.param('id'), decision, { ...(principal && { principal }) }))
  })
  app.post('/rt/runs/:id/deny', json, async (c) => {
    const { principal, ...decision } = await readBody(c, settings, 'runDenySchema')
    return c.json(await runs.deny(c.req.param('id'), decision, { ...(principal && { principal }) }))
  })
  app.post('/rt/runs/:id/resume', json, async (c) => {
    const options = await readBody(c, settings, 'runSchema')
    return lines(c, (signal) => runs.resume(c.req.param('id'), { ...options, signal }))
  })
  app.post('/rt/runs/:id/cancel', json, async (c) => {
    const options = await readBody(c, settings, 'runSchema')
    return c.json({ cancelled: await runs.cancel(c.req.param('id'), { ...options, signal: requestSignal(c) }) })
  })
}
