import type { CallOptions, FinishReason, ModelRequest, StreamPart } from '@rt/core'
import { cacheKey } from './cache-key.ts'
import { localOnlyCarriers } from './privacy.ts'
import { replay, type ResponseCache, type StoredAnswer } from './response-cache.ts'
import type { Route } from './route-call.ts'
import { createRouteTrace } from './route-trace.ts'
import { runRoute } from './run-route.ts'

/** A call through the response cache. A store that fails is a miss. */
export async function* runCached(
  route: Route,
  cache: ResponseCache,
  request: ModelRequest,
  options: CallOptions,
): AsyncGenerator<StreamPart> {
  if (!mayCache(request, cache)) return yield* runRoute(route, request, options)
  const key = cacheKey(route, request)
  const stored = await cache.get(key, options.signal).catch(() => undefined)
  if (stored && !options.signal?.aborted) {
    if (options.span) createRouteTrace(options.span, route.id).cached(stored.usage)
    return yield* replay(stored)
  }
  const parts: StreamPart[] = []
  for await (const part of runRoute(route, request, options)) {
    if (part.type === 'finish' && isWhole(part.finishReason))
      await cache.set(key, { parts, finishReason: part.finishReason, usage: part.usage }).catch(() => {})
    else if (part.type !== 'usage' && part.type !== 'warning') keep(parts, part)
    yield part
  }
}

/** Data that must not leave the machine is not kept either: the store may be elsewhere. */
const mayCache = (request: ModelRequest, cache: ResponseCache): boolean =>
  (cache.sampled || request.sampling?.temperature === 0) && localOnlyCarriers(request.messages).length === 0

const isWhole = (reason: FinishReason): reason is StoredAnswer['finishReason'] =>
  reason === 'stop' || reason === 'tool-calls'

/** Deltas that follow each other become one; a provider's data ends a part and stays with its delta. */
const keep = (parts: StreamPart[], part: StreamPart): void => {
  const last = parts.at(-1)
  if (
    (part.type === 'text-delta' || part.type === 'reasoning-delta') &&
    last?.type === part.type &&
    !last.provider &&
    !part.provider
  )
    parts[parts.length - 1] = { ...last, text: last.text + part.text }
  else parts.push(part)
}
