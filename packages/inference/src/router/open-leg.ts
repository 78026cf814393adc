import {
  abortable,
  failureOf,
  isTerminal,
  type ModelRequest,
  RtError,
  type StreamPart,
  toRtError,
  type Usage,
  addUsage,
  emptyUsage,
  withTimeout,
} from '@rt/core'
import { type Admission, admit } from './admission.ts'
import type { BreakerPass } from './breaker.ts'
import { isIllness } from './decide-failure.ts'
import type { RouteLeg } from './leg.ts'
import type { RouteCall } from './route-call.ts'

/** A leg that has begun to answer. */
export interface OpenLeg {
  leg: RouteLeg
  /** All up to the first content part, or up to `finish` when there was none. */
  head: StreamPart[]
  /** The rest. A stream that ends without a terminal part, or throws, ends with an `error` part. */
  rest: AsyncGenerator<StreamPart>
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
  const stop = new AbortController()
  const own = AbortSignal.any([signal, stop.signal])
  let admitting: Promise<Admission> | undefined
  let admission: Admission | undefined
  let reader: Reader | undefined
  // The limits and the budget are ours: what they refuse says nothing about the leg.
  let ours = false
  const judge = (error?: RtError): void => {
    if (!error) pass.success()
    else if (isIllness(error) && !ours && !signal.aborted) pass.failure()
    else pass.none()
  }

  try {
    const model = await abortable(leg.load(), own)
    ours = true
    admitting = admit(call, model, request)
    admission = await abortable(admitting, own)
    ours = false
    const opened = (reader = readLeg(model.stream(request, { signal: own, span }), leg.id))
    const readHead = async (limit: AbortSignal): Promise<StreamPart[]> => {
      const head = [...admission!.warnings]
      for (;;) {
        const part = await abortable(opened.next(), limit)
        if (isTerminal(part) && part.type !== 'finish') throw failureOf(part)
        head.push(part)
        if (isTerminal(part) || isContent(part)) return head
      }
    }
    const ms = route.firstPartMs
    const head = await (ms === undefined
      ? readHead(own)
      : withTimeout(readHead, { ms, error: () => silent(leg.id, ms), signal: own, clock: route.clock }))

    let closed: Promise<void> | undefined
    const close = (): Promise<void> =>
      (closed ??= (async () => {
        const aborted = signal.aborted
        stop.abort()
        opened.leave()
        const { usage, characters, failure } = opened.state()
        // It had begun to answer: given up by us, it has not failed.
        judge(aborted ? undefined : failure)
        call.spend(leg, usage)
        span.end(failure)
        await admission!.settle(usage, characters, true)
      })())
    const rest = async function* (): AsyncGenerator<StreamPart> {
      if (head.some(isTerminal)) return
      for (;;) {
        const part = await opened.nextOrEnd(signal, (ended) => route.clock.sleep(GRACE_MS, ended))
        yield part
        if (isTerminal(part)) return
      }
    }
    return { leg, head, rest: rest(), close }
  } catch (thrown) {
    const error = toRtError(thrown)
    const abandoned = own.aborted || error.code === 'timeout'
    stop.abort()
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

interface Reader {
  /** Rejects with what the model threw. */
  next(): Promise<StreamPart>
  /** As `next`, but what was thrown becomes a part; after an abort the model has only `grace` left. */
  nextOrEnd(signal: AbortSignal, grace: (ended: AbortSignal) => Promise<void>): Promise<StreamPart>
  leave(): void
  state(): { usage: Usage | undefined; characters: number; failure: RtError | undefined }
}

const readLeg = (stream: AsyncIterable<StreamPart>, id: string): Reader => {
  const iterator = stream[Symbol.asyncIterator]()
  let ended = false
  let usage: Usage | undefined
  let characters = 0
  let failure: RtError | undefined

  const note = (part: StreamPart): void => {
    if (part.type === 'usage') usage = addUsage(usage ?? emptyUsage(), part.usage)
    if (part.type === 'text-delta' || part.type === 'reasoning-delta') characters += part.text.length
    if (part.type === 'tool-call-delta') characters += part.delta.length
    if (!isTerminal(part)) return
    ended = true
    failure = failureOf(part)
    // The terminal part's count is the whole one.
    usage = part.usage ?? usage
  }
  const next = async (): Promise<StreamPart> => {
    try {
      const { value, done } = await iterator.next()
      if (done) throw brokenOff(id)
      note(value)
      return value
    } catch (error) {
      ended = true
      failure = toRtError(error)
      throw failure
    }
  }
  return {
    next,
    async nextOrEnd(signal, grace) {
      const over = new AbortController()
      const aborted = new Promise<StreamPart>((resolve) => {
        const wait = (): void => {
          grace(over.signal).then(
            () => resolve({ type: 'abort', reason: 'aborted by the caller.', ...(usage && { usage }) }),
            () => {},
          )
        }
        if (signal.aborted) return wait()
        signal.addEventListener('abort', wait, { once: true })
        over.signal.addEventListener('abort', () => signal.removeEventListener('abort', wait), { once: true })
      })
      const following = next().catch((error: unknown): StreamPart => ({
        type: 'error',
        error: toRtError(error).toJSON(),
        ...(usage && { usage }),
      }))
      return Promise.race([following, aborted]).finally(() => over.abort())
    },
    leave() {
      if (ended) return
      ended = true
      // Never waited for: a model that hangs would hold the call.
      void Promise.resolve(iterator.return?.()).catch(() => {})
    },
    state: () => ({ usage, characters, failure }),
  }
}

const isContent = (part: StreamPart): boolean => {
  if (part.type === 'text-delta' || part.type === 'reasoning-delta') return part.text !== '' || Boolean(part.provider)
  return part.type.startsWith('tool-call')
}

const silent = (id: string, ms: number): RtError =>
  new RtError({ code: 'timeout', message: `'${id}' wrote nothing for ${ms} ms.`, data: { leg: id, ms } })

const brokenOff = (id: string): RtError =>
  new RtError({ code: 'provider_error', message: `the answer of '${id}' broke off.`, data: { leg: id } })
