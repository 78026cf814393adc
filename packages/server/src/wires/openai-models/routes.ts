import { type ModelEntry, RtError } from '@rt/core'
import type { Hono } from 'hono'
import type { HonoEnv, WireContext } from '../../middleware/app-context.ts'

/** The model list. Ids may hold `/` and `:`, so the rest of the path is one id. */
export const modelRoutes = (app: Hono<HonoEnv>, { ports }: WireContext): void => {
  app.get('/v1/models', async (c) => c.json({ object: 'list', data: (await ports.models()).map(encodeModel) }))
  app.get('/v1/models/:id{.+}', async (c) => {
    const id = c.req.param('id')
    const models = await ports.models()
    const entry = models.find((model) => model.id === id)
    if (!entry) throw notFound(id, models)
    return c.json(encodeModel(entry))
  })
}

const encodeModel = ({ id, created, ownedBy, kind }: ModelEntry): Record<string, unknown> => ({
  id,
  object: 'model',
  created,
  owned_by: ownedBy,
  rt: { kind },
})

const notFound = (id: string, models: ModelEntry[]): RtError =>
  new RtError({
    code: 'model_not_found',
    message: `no model is named ${JSON.stringify(id.slice(0, 100))}.`,
    hint: `There are: ${models.map((model) => model.id).join(', ') || 'none yet'}.`,
    data: { param: 'model' },
  })
