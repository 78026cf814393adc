import { requireJson } from '../../middleware/require-json.ts'
import { type NativeContext, readBody } from './native-context.ts'

/** Keys of others. The secret of a new one is in its answer and nowhere else. */
export const keyRoutes = ({ app, operations, settings }: NativeContext): void => {
  app.get('/rt/keys', async (c) => c.json(await operations.keys.list()))
  app.post('/rt/keys', requireJson(settings), async (c) =>
    c.json(await operations.keys.create(await readBody(c, settings, 'newKeySchema')), 201),
  )
  app.delete('/rt/keys/:id', async (c) => c.json({ deleted: await operations.keys.revoke(c.req.param('id')) }))
}
