import {
  abortable,
  failureOf,
  isTerminal,
  type ModelRequest,
  openScope,
  RtError,
  type StreamPart,
  toRtError,
  withTimeout,
} from '@rt/core'
import { type Admission, admit, mayRefuse, NO_ADMISSION } from './admission.ts'
import { restMs } from './backoff.ts'
import type { BreakerPass } from './breaker.ts'
import { isIllness } from './decide-failure.ts'
import type { RouteLeg } from './leg.ts'
import { type LegReader, readLeg } from './read-leg.ts'
import type { RouteCall } from './route-call.ts'

/** A leg that has begun to answer. */
export interface OpenLeg {
  leg: RouteLeg
  /** What it writes, part by part. A stream that ends without a terminal part, or throws, ends with an `error` part. */
  next(): Promise<StreamPart>
  /** Stops it, if it still runs, and books what it took. Idempotent. */
  close(): Promise<void>
}

/** How long a leg may take to report its usage after an abort. */
const GRACE_MS = 100

/**
 * One attempt: asks the breaker, the limits and the budget, and reads up to the first content part.
 *
 * @throws RtError what the leg failed with before it wrote anything.
 */
export const openLeg = async (
  call: RouteCall,
  leg: RouteLeg,
  pass: BreakerPass,
  request: ModelRequest,
  signal: AbortSignal,
): Promise<OpenLeg> => {
  const { route } = call
  const span = call.span.child(`route ${leg.id}`, { 'rt.route.leg': leg.id })
  const scope = openScope(signal)
  const own = scope.signal
  let admitting: Promise<Admission> | undefined
  let admission: Admission | undefined
  let reader: LegReader | undefined
  // The limits and the budget are ours: what they refuse says nothing about the leg.
  let ours = false
  const judge = (error?: RtError): void => {
    if (!error) pass.success()
    else if (isIllness(error) && !ours && !signal.aborted) {
      leg.failed = error
      pass.failure(restMs(error, route.retry))
    } else pass.none()
  }

  const grace = (left: AbortSignal): Promise<void> => route.clock.sleep(GRACE_MS, left)
  try {
    const begin = async (limit: AbortSignal): Promise<StreamPart[]> => {
      const model = await leg.load(limit)
      ours = true
      admission = mayRefuse(route) ? await abortable((admitting = admit(call, model, request)), limit) : NO_ADMISSION
      ours = false
      reader = readLeg(model.stream(request, { signal: own, span }), {
        id: leg.id,
        local: leg.capabilities.local,
        signal,
        grace,
      })
      return readHead(reader, admission.warnings, limit)
    }
    const ms = route.firstPartMs
    const head = await (ms === undefined
      ? begin(own)
      : withTimeout(begin, { ms, error: () => silent(leg.id, ms), signal: own, clock: route.clock }))
    const opened = reader!
    pass.begun()

    let closed: Promise<void> | undefined
    const close = (): Promise<void> =>
      (closed ??= (async () => {
        const aborted = signal.aborted
        scope.end()
        opened.leave()
        const { usage, characters, failure } = opened.state()
        // It had begun to answer: given up by us, it has not failed.
        judge(aborted ? undefined : failure)
        call.spend(leg, usage)
        span.end(failure)
        await admission!.settle(usage, characters, true)
      })())
    const next = (): Promise<StreamPart> => {
      const early = head.shift()
      return early ? Promise.resolve(early) : opened.nextOrEnd()
    }
    return { leg, next, close }
  } catch (thrown) {
    const error = toRtError(thrown)
    const abandoned = own.aborted || error.code === 'timeout'
    scope.end()
    reader?.leave()
    judge(error)
    const state = reader?.state()
    call.spend(leg, state?.usage)
    span.end(error)
    // Given up while the stores were asked: what they set aside goes back when they have answered.
    if (!admission) admitting?.then((late) => late.settle(undefined, 0, false)).catch(() => {})
    await admission?.settle(state?.usage, 0, abandoned && reader !== undefined && !leg.capabilities.local)
    throw error
  }
}

/** Up to the first content part, or to `finish`. Warnings stand behind `start`, which a stream begins with. */
const readHead = async (reader: LegReader, warnings: StreamPart[], limit: AbortSignal): Promise<StreamPart[]> => {
  const head: StreamPart[] = []
  let pending = warnings
  for (;;) {
    const part = await abortable(reader.next(), limit)
    if (isTerminal(part) && part.type !== 'finish') throw failureOf(part)
    if (part.type !== 'start') {
      head.push(...pending)
      pending = []
    }
    head.push(part)
    if (isTerminal(part) || isContent(part)) return head
  }
}

const isContent = (part: StreamPart): boolean => {
  if (part.type === 'text-delta' || part.type === 'reasoning-delta') return part.text !== '' || Boolean(part.provider)
  return part.type.startsWith('tool-call')
}

const silent = (id: string, ms: number): RtError =>
  new RtError({ code: 'timeout', message: `'${id}' wrote nothing for ${ms} ms.`, data: { leg: id, ms } })
