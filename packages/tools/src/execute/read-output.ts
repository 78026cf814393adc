import { setImmediate } from 'node:timers/promises'
import { type JsonValue, throwIfAborted } from '@rt/core'
import { toJsonSafe } from './json-safe.ts'

/** Of all that one call shows before it has its result. */
const MAX_PROGRESS_BYTES = 1024 * 1024
/** So many empty values take some memory too. */
const VALUE_BYTES = 64
const VALUES_IN_A_ROW = 32

/**
 * Shows what a tool yields. What it returns is the result, else what came last. Behind 1 MB nothing more is shown.
 *
 * @throws what the tool or `filter` throws; the reason of `signal`, and then the source is told to stop and not waited for.
 */
export const readOutput = async (
  output: AsyncIterable<unknown>,
  {
    signal,
    maxBytes,
    show,
    filter,
  }: {
    signal: AbortSignal
    maxBytes: number
    show: ((value: JsonValue) => void) | undefined
    /** What may be shown of a value. */
    filter: ((value: unknown) => Promise<unknown>) | undefined
  },
): Promise<unknown> => {
  const iterator = output[Symbol.asyncIterator]()
  const leave = (): void => void (async () => iterator.return?.())().catch(() => {})
  signal.addEventListener('abort', leave, { once: true })
  let left = MAX_PROGRESS_BYTES
  try {
    for (let count = 1, last: unknown; ; count++) {
      const next: IteratorResult<unknown, unknown> = await iterator.next()
      throwIfAborted(signal)
      if (next.done) return next.value === undefined ? last : next.value
      last = next.value
      if (left > 0 && show) {
        const { value, bytes } = toJsonSafe(filter ? await filter(last) : last, Math.min(maxBytes, left))
        throwIfAborted(signal)
        left -= bytes + VALUE_BYTES
        show(value)
      }
      // A generator that waits for nothing would keep every timer of the process waiting, its own limit among them.
      if (count % VALUES_IN_A_ROW === 0) await setImmediate()
    }
  } finally {
    signal.removeEventListener('abort', leave)
  }
}
