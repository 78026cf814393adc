import {
  abortError,
  type CallOptions,
  type ErrorCode,
  failureOf,
  isTerminal,
  type ModelRequest,
  type StreamPart,
  throwIfAborted,
  toTerminal,
  totalTokens,
  type TerminalPart,
} from '@rt/core'
import { chooseLegs } from './choose-legs.ts'
import { continueRequest, legsToContinue, noteWritten, type Written } from './continue-answer.ts'
import type { RouteLeg } from './leg.ts'
import { openFirst } from './open-first.ts'
import type { OpenLeg } from './open-leg.ts'
import { createRouteCall, type Route, type RouteCall } from './route-call.ts'
import { type LegFailure, routeError } from './route-error.ts'

/** One call: choose the legs, open the first that answers, pass its parts on, continue where it dies. Never throws. */
export async function* runRoute(route: Route, request: ModelRequest, options: CallOptions): AsyncGenerator<StreamPart> {
  const call = createRouteCall(route, options)
  try {
    throwIfAborted(call.signal)
    const { legs, skipped, carriers } = chooseLegs(route.legs, request)
    for (const { leg, code, why } of skipped) call.trace.skipped(leg, code, why)
    const { open, failures } = legs.length
      ? await openFirst(call, legs, request, false)
      : { open: undefined, failures: [] }
    if (!open) {
      const last = failures.at(-1)
      throw routeError(route.id, failures, last && isOwn(last.error.code) ? [] : skipped, carriers)
    }
    yield* passOn(
      call,
      legs,
      request,
      open,
      failures.flatMap((failure) => misconfigured(failure, open)),
    )
  } catch (thrown) {
    yield toTerminal(thrown, { ...spentOf(call), ...(call.signal && { signal: call.signal }) })
  }
}

/** The request is wrong, not the legs: what else was not asked is beside the point. */
const isOwn = (code: string): boolean => code === 'invalid_request'

/** What no later call mends, and nobody would notice while another model answers. */
const LASTING: ReadonlySet<ErrorCode> = new Set(['unauthorized', 'forbidden', 'model_not_found', 'not_found'])

const misconfigured = ({ leg, error }: LegFailure, open: OpenLeg): StreamPart[] =>
  LASTING.has(error.code)
    ? [
        {
          type: 'warning',
          id: 'route-fallback',
          message: `${open.leg.id} answered instead of ${leg}: ${error.message}`,
        },
      ]
    : []

/** The parts of an open leg and of those that continue it, up to one terminal part with the usage of all. */
async function* passOn(
  call: RouteCall,
  legs: RouteLeg[],
  request: ModelRequest,
  first: OpenLeg,
  warnings: StreamPart[],
): AsyncGenerator<StreamPart> {
  const written: Written = { text: '', onlyText: true }
  let dropSeam = (part: StreamPart): StreamPart => part
  let open: OpenLeg | undefined = first
  for (let times = 0; open; times++) {
    const { leg, next, close }: OpenLeg = open
    if (times === 0) call.trace.answered(leg)
    let terminal: TerminalPart
    try {
      for (;;) {
        const part = await next()
        if (isTerminal(part)) {
          terminal = part
          break
        }
        if (times > 0 && part.type === 'start') continue
        const passed = dropSeam(part)
        if (passed.type === 'text-delta' && passed.text === '' && !passed.provider) continue
        noteWritten(written, passed)
        call.route.calls.note(leg, request, passed)
        yield passed
        // Behind the start, which comes first.
        yield* warnings.splice(0)
      }
    } finally {
      await close()
    }
    const error = failureOf(terminal)
    if (call.signal?.aborted && terminal.type === 'error')
      return yield finalPart(call, { type: 'abort', reason: abortError(call.signal).message })
    if (terminal.type !== 'error' || !error) return yield finalPart(call, terminal)
    const others = legsToContinue(legs, { died: leg, error, written, request, times })
    call.trace.failed(leg, error)
    if (others.length === 0) return yield finalPart(call, terminal)
    call.trace.continuing(leg, written.text.length)
    const continuation = continueRequest(request, written.text)
    dropSeam = continuation.dropSeam
    const opened = await openFirst(call, others, continuation.request, true)
    if (!opened.open) return yield finalPart(call, terminal)
    open = opened.open
    call.trace.answered(open.leg)
  }
}

const finalPart = (call: RouteCall, part: TerminalPart): TerminalPart =>
  part.type === 'finish' ? { ...part, usage: call.spent() } : { ...part, ...spentOf(call) }

const spentOf = (call: RouteCall): { usage?: ReturnType<RouteCall['spent']> } => {
  const usage = call.spent()
  return totalTokens(usage) > 0 ? { usage } : {}
}
