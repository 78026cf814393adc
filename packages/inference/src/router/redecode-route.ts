import {
  type CallOptions,
  isTerminal,
  type ModelRequest,
  RtError,
  type StreamPart,
  toTerminal,
  type Usage,
} from '@rt/core'
import { admit, mayRefuse, NO_ADMISSION } from './admission.ts'
import type { RouteLeg } from './leg.ts'
import { createRouteCall, type Route } from './route-call.ts'

/** Which leg wrote which call, for those that can write one again. */
export interface AnsweredCalls {
  note(leg: RouteLeg, request: ModelRequest, part: StreamPart): void
  find(callId: string): AnsweredCall | undefined
}

interface AnsweredCall {
  leg: RouteLeg
  request: Pick<ModelRequest, 'principal' | 'cacheKey' | 'maxOutputTokens'>
}

/** A call is written again at once or not at all: more are only kept for answers that run side by side. */
const MOST = 128

export const createAnsweredCalls = (): AnsweredCalls => {
  const calls = new Map<string, AnsweredCall>()
  return {
    note(leg, { principal, cacheKey, maxOutputTokens }, part) {
      if (part.type !== 'tool-call-end') return
      // Some APIs count from `call_0` in each answer: an older call of that id is not this one.
      calls.delete(part.id)
      if (!leg.capabilities.redecode) return
      calls.set(part.id, {
        leg,
        request: {
          ...(principal !== undefined && { principal }),
          ...(cacheKey !== undefined && { cacheKey }),
          ...(maxOutputTokens !== undefined && { maxOutputTokens }),
        },
      })
      if (calls.size > MOST) calls.delete(calls.keys().next().value!)
    },
    find: (callId) => calls.get(callId),
  }
}

/** Has the leg that wrote a call write it again, under the same limits and budget. Never throws. */
export async function* redecodeRoute(route: Route, callId: string, options: CallOptions): AsyncGenerator<StreamPart> {
  yield { type: 'start', model: route.id }
  let usage: Usage | undefined
  try {
    const known = route.calls.find(callId)
    if (!known) throw unknownCall(route.id, callId)
    const { leg } = known
    const call = createRouteCall(route, options)
    const model = await leg.load(options.signal)
    // Without one its model was changed for another since.
    if (!model.redecode) throw unknownCall(route.id, callId)
    // The prompt was counted with the answer.
    const asked = { id: model.id, capabilities: model.capabilities, countTokens: async () => 0 }
    const request: ModelRequest = { messages: [], ...known.request }
    const admission = mayRefuse(route) ? await admit(call, asked, request) : NO_ADMISSION
    let characters = 0
    try {
      yield* admission.warnings
      for await (const part of model.redecode(callId, options)) {
        if (part.type === 'tool-call-delta') characters += part.delta.length
        if (part.type === 'usage') usage = part.usage
        if (isTerminal(part)) {
          usage = part.usage ?? usage
          if (part.type === 'finish') call.trace.answered(leg)
        }
        if (part.type !== 'start') yield part
      }
    } finally {
      call.spend(leg, usage)
      await admission.settle(usage, characters, false)
    }
  } catch (thrown) {
    const { signal } = options
    yield toTerminal(thrown, { ...(usage && { usage }), ...(signal && { signal }) })
  }
}

const unknownCall = (route: string, callId: string): RtError =>
  new RtError({
    code: 'not_found',
    message: `the call ${callId.slice(0, 80)} cannot be written again: no model of the route '${route}' wrote it just now.`,
    hint: 'Ask for it right after the answer, or ask the model anew.',
  })
