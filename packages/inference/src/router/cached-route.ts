import { type CallOptions, type FinishReason, type ModelRequest, noopSpan, type StreamPart } from '@rt/core'
import { joinText } from '../driver-kit/join-texts.ts'
import { cacheKey, nearKey } from './cache-key.ts'
import { nearQuestion } from './near-question.ts'
import { localOnlyCarriers } from './privacy.ts'
import type { ResponseCache } from './response-cache.ts'
import type { Route } from './route-call.ts'
import { createRouteTrace } from './route-trace.ts'
import { runRoute } from './run-route.ts'
import type { NearLookup, SemanticCache } from './semantic-cache.ts'
import { replay, type StoredAnswer } from './stored-answer.ts'

export interface RouteCaches {
  exact: ResponseCache | undefined
  semantic: SemanticCache | undefined
}

/** A call through the caches, the exact one first. A store or embedder that fails is a miss. */
export async function* runCached(
  route: Route,
  { exact, semantic }: RouteCaches,
  request: ModelRequest,
  options: CallOptions,
): AsyncGenerator<StreamPart> {
  const { signal, span = noopSpan } = options
  const key = exact && mayCache(request, exact) ? cacheKey(route, request) : undefined
  const same = key === undefined ? undefined : await exact!.get(key, signal).catch(() => undefined)
  if (same && !signal?.aborted) {
    createRouteTrace(span, route.id).cached(same.usage)
    return yield* replay(same)
  }
  const near = semantic && mayCache(request, semantic) ? await lookUp(route, semantic, request, options) : undefined
  if (near?.similarity !== undefined) createRouteTrace(span, route.id).near(near.similarity, semantic!.threshold)
  if (near?.answer && !signal?.aborted) {
    createRouteTrace(span, route.id).cached(near.answer.usage)
    return yield* replay(near.answer)
  }
  if (key === undefined && !near) return yield* runRoute(route, request, options)

  const parts: StreamPart[] = []
  for await (const part of runRoute(route, request, options)) {
    if (part.type === 'finish' && isWhole(part.finishReason)) {
      const answer = { parts, finishReason: part.finishReason, usage: part.usage }
      if (key !== undefined) await exact!.set(key, answer).catch(() => {})
      if (part.finishReason === 'stop') await near?.keep({ ...answer, parts: textOnly(parts) })
    } else if (part.type !== 'usage' && part.type !== 'warning') keep(parts, part)
    yield part
  }
}

/** Data that must not leave the machine is not kept either: the store may be elsewhere. */
const mayCache = (request: ModelRequest, { sampled }: { sampled: boolean }): boolean =>
  (sampled || request.sampling?.temperature === 0) && localOnlyCarriers(request.messages).length === 0

const lookUp = async (
  route: Route,
  cache: SemanticCache,
  request: ModelRequest,
  options: CallOptions,
): Promise<NearLookup | undefined> => {
  const question = nearQuestion(request)
  return question && cache.lookUp(nearKey(route, question), question.text, options).catch(() => undefined)
}

const isWhole = (reason: FinishReason): reason is StoredAnswer['finishReason'] =>
  reason === 'stop' || reason === 'tool-calls'

/** What a model thought about one question, and what its provider wants back, does not belong to another. */
const textOnly = (parts: StreamPart[]): StreamPart[] =>
  parts.flatMap((part): StreamPart[] => {
    if (part.type === 'start') return [part]
    return part.type === 'text-delta' && part.text ? [{ type: 'text-delta', text: part.text }] : []
  })

/** Deltas that follow each other become one; a provider's data ends a part and stays with its delta. */
const keep = (parts: StreamPart[], part: StreamPart): void => {
  const last = parts.at(-1)
  if (
    (part.type === 'text-delta' || part.type === 'reasoning-delta') &&
    last?.type === part.type &&
    !last.provider &&
    !part.provider
  )
    parts[parts.length - 1] = joinText(last, part)
  else parts.push(part)
}
