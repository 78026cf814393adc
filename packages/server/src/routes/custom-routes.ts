import { type Principal, RtError } from '@rt/core'
import type { Hono } from 'hono'
import type { AppSettings } from '../app-options.ts'
import { errorResponse } from '../errors/error-response.ts'
import { type AppContext, errorContext, type HonoEnv, requestSignal } from '../middleware/app-context.ts'
import type { Identify } from '../middleware/identify.ts'
import { isKeyRequired, requireKey } from '../middleware/require-key.ts'
import { limitBody } from './limit-body.ts'
import type { ParsedRoute } from './parse-routes.ts'

/** Callers without a key where others need one: what they leave behind must not be the operator's. */
const ANONYMOUS: Principal = 'anonymous'

/** Puts an app's own routes behind the same checks as ours. */
export const customRoutes = (
  app: Hono<HonoEnv>,
  routes: ParsedRoute[],
  { settings, identify }: { settings: AppSettings; identify: Identify },
): void => {
  const key = requireKey(settings, identify)
  for (const route of routes) {
    const handle = (c: AppContext): Promise<Response> => call(c, route, settings)
    const checks = route.public ? nameCaller(settings, identify) : key
    if (route.method === undefined) app.all(route.path, checks, handle)
    else app.on(route.method, route.path, checks, handle)
  }
}

const nameCaller =
  (settings: AppSettings, identify: Identify): ReturnType<typeof requireKey> =>
  async (c, next) => {
    const { identity, key } = await identify(c)
    const stranger = key !== 'valid' && (await isKeyRequired(c, settings))
    c.set('identity', stranger ? { principal: ANONYMOUS, scope: 'chat' } : identity)
    await next()
  }

const call = async (c: AppContext, { key, handle }: ParsedRoute, settings: AppSettings): Promise<Response> => {
  const request = limitBody(c.req.raw, settings.maxBodyBytes)
  const { principal } = c.get('identity')
  let answer: unknown
  try {
    answer = await handle(request, { params: c.req.param(), principal, signal: requestSignal(c) })
  } catch (error) {
    if (RtError.isInstance(error)) throw error
    return defect(c, settings, error)
  }
  // A copy: the headers of redirects and of fetched answers cannot be added to.
  if (answer instanceof Response) return new Response(answer.body, answer)
  return defect(c, settings, noResponse(key, answer))
}

/** A thrown value as it is for `onError`, and nothing of it for the client, whatever it is called. */
const defect = (c: AppContext, settings: AppSettings, error: unknown): Response => {
  const context = errorContext(c, settings)
  settings.onError(error, context.requestId)
  const hidden = new RtError({ code: 'internal', message: 'a route threw.' })
  return errorResponse(hidden, { ...context, onError: () => {} })
}

const noResponse = (key: string, answer: unknown): RtError =>
  new RtError({
    code: 'internal',
    message: `route ${JSON.stringify(key)} gave ${answer === null ? 'null' : typeof answer} instead of a Response.`,
    hint: 'Return new Response(…) or Response.json(…).',
    data: { route: key },
  })
