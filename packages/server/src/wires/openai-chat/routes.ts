import { createSecretId } from '@rt/core'
import type { Hono } from 'hono'
import { errorBody } from '../../errors/error-response.ts'
import {
  type AppContext,
  errorContext,
  type HonoEnv,
  requestSignal,
  type WireContext,
} from '../../middleware/app-context.ts'
import { readJson } from '../../middleware/read-json.ts'
import { requireJson } from '../../middleware/require-json.ts'
import { createEventStream, EVENT_STREAM_HEADERS } from '../../sse/event-stream.ts'
import type { DecodedChat } from './decode.ts'
import { type AnswerMeta, encodeAnswer, throwIfFailed } from './encode.ts'
import { encodeStream } from './encode-stream.ts'
import { readOpening } from './read-opening.ts'

/** POST /v1/chat/completions. */
export const chatRoutes = (app: Hono<HonoEnv>, { ports, settings }: WireContext): void => {
  app.post('/v1/chat/completions', requireJson(settings), async (c) => {
    const body = await readJson(c.req.raw, settings)
    // Loaded here: zod costs more to import than all else in this package, and a server should listen first.
    const { decodeChat } = await import('./decode.ts')
    const { principal } = c.get('identity')
    const decoded = decodeChat(body, { principal, thread: c.req.header('x-rt-thread') })
    const meta = answerMeta(c, decoded, settings.clock.now())
    if (decoded.stream) return streamed(c, decoded, meta)
    return c.json(await encodeAnswer(ports.chat(decoded.request, { signal: requestSignal(c) }), meta))
  })

  const streamed = async (
    c: AppContext,
    { request, includeUsage }: DecodedChat,
    meta: AnswerMeta,
  ): Promise<Response> => {
    const { clock, heartbeatMs, openingMs } = settings
    const gone = new AbortController()
    const source = ports.chat(request, { signal: requestSignal(c, [gone.signal]) })
    const { first, model = '', parts, close } = await readOpening(source, { clock, ms: openingMs })
    try {
      if (first) throwIfFailed(first, meta.shutdown)
    } catch (error) {
      close()
      throw error
    }
    const onCancel = (): void => {
      gone.abort()
      close()
    }
    const encodeError = (error: unknown): ReturnType<typeof errorBody> => errorBody(error, errorContext(c, settings))
    const events = encodeStream(parts, { ...meta, model: meta.model || model, includeUsage, encodeError })
    const stream = createEventStream(events, { clock, heartbeatMs, onCancel })
    return new Response(stream, { headers: EVENT_STREAM_HEADERS })
  }
}

const answerMeta = (c: AppContext, { request, warnings }: DecodedChat, now: number): AnswerMeta => ({
  id: `chatcmpl-${createSecretId()}`,
  created: Math.floor(now / 1000),
  model: request.model ?? '',
  warnings,
  clientTools: new Set(request.tools?.map(({ name }) => name)),
  shutdown: c.env?.shutdown,
})
