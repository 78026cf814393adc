import { RtError } from '../errors/rt-error.ts'

/** A signal for what belongs to one piece of work. */
export interface Scope {
  /** Fires when the outer one does, with its reason, and when the scope ends. */
  readonly signal: AbortSignal
  /** The work is over, however it ended: what still runs for it stops. Idempotent. */
  end(): void
}

/** One for all: an error made anew for each call would take longer than all the rest of its end. */
const OVER = new RtError({ code: 'aborted', message: 'what this belonged to is over.' })

/**
 * Opens a scope inside `outer`. Always end it: until then it listens to `outer`. Unlike `AbortSignal.any` it costs next to
 * nothing and leaves nothing for the garbage collector to watch.
 */
export const openScope = (outer?: AbortSignal): Scope => {
  const controller = new AbortController()
  const stop = (): void => controller.abort(outer?.reason)
  if (outer?.aborted) stop()
  else outer?.addEventListener('abort', stop, { once: true })
  return {
    signal: controller.signal,
    end() {
      outer?.removeEventListener('abort', stop)
      controller.abort(OVER)
    },
  }
}
