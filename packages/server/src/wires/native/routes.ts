import type { Hono } from 'hono'
import type { HonoEnv, WireContext } from '../../middleware/app-context.ts'
import { requireAdmin } from '../../middleware/require-key.ts'
import { collectionRoutes } from './collection-routes.ts'
import { controlRoutes } from './control-routes.ts'
import { historyRoutes } from './history-routes.ts'
import { keyRoutes } from './key-routes.ts'
import { knowledgeRoutes } from './knowledge-routes.ts'
import { runRoutes } from './run-routes.ts'
import { turnRoutes } from './turn-routes.ts'

/** rt's own API: all of `Operations` over HTTP, for the operator alone. Absent without `operations`. */
export const nativeRoutes = (app: Hono<HonoEnv>, { ports: { operations }, settings, identify }: WireContext): void => {
  if (!operations) return
  app.use('/rt/*', requireAdmin(identify), async (c, next) => {
    await next()
    c.res.headers.set('cache-control', 'no-store')
  })
  for (const routes of [
    turnRoutes,
    knowledgeRoutes,
    collectionRoutes,
    historyRoutes,
    runRoutes,
    keyRoutes,
    controlRoutes,
  ])
    routes({ app, operations, settings })
}
