import { RtError } from '@rt/core'
import { errorContext, requestSignal } from '../../middleware/app-context.ts'
import { requireJson } from '../../middleware/require-json.ts'
import { type NativeContext, readBody } from './native-context.ts'

/** The running process itself. */
export const controlRoutes = ({ app, operations, settings }: NativeContext): void => {
  const json = requireJson(settings)
  app.get('/rt/status', async (c) => c.json(await operations.status()))
  app.post('/rt/models/unload', json, async (c) => {
    const { model } = await readBody(c, settings, 'unloadSchema')
    return c.json({ unloaded: await operations.unload(model, { signal: requestSignal(c) }) })
  })
  app.post('/rt/backup', json, async (c) => {
    const { path } = await readBody(c, settings, 'backupSchema')
    return c.json(await operations.backup(path, { signal: requestSignal(c) }))
  })
  app.post('/rt/shutdown', (c) => {
    const { onShutdown, clock, onError } = settings
    if (!onShutdown) throw cannotShutDown()
    const { requestId } = errorContext(c, settings)
    // After this answer was handed over.
    clock
      .sleep(0)
      .then(onShutdown)
      .catch((error: unknown) => onError(error, requestId))
    return c.json({ status: 'closing' }, 202)
  })
}

const cannotShutDown = (): RtError =>
  new RtError({
    code: 'unsupported',
    message: 'this server cannot be stopped over HTTP.',
    hint: 'Stop its process.',
  })
