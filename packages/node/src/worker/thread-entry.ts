// Entry of threads that run one function of somebody's module, once.
import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import { RtError } from '@rt/core'
import type { ThreadJob, ThreadMessage } from './thread-protocol.ts'

const port = parentPort!
const say = (message: ThreadMessage): void => port.postMessage(message)

const isIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value

/** Shows what comes, one at a time; what the iterable returns is the value, else what came last. */
const readAll = async (iterable: AsyncIterable<unknown>): Promise<unknown> => {
  const iterator = iterable[Symbol.asyncIterator]()
  for (let last: unknown; ;) {
    const next = await iterator.next()
    if (next.done) return next.value === undefined ? last : next.value
    last = next.value
    const seen = once(port, 'message')
    say({ type: 'progress', value: last })
    await seen
  }
}

const fail = (error: unknown): void => {
  if (RtError.isInstance(error)) return say({ type: 'failure', error: undefined, rt: error.toJSON() })
  try {
    say({ type: 'failure', error })
  } catch {
    // It holds what no message can.
    say({ type: 'failure', error: error instanceof Error ? error.message : String(error) })
  }
}

try {
  const { module, args } = workerData as ThreadJob
  const loaded = (await import(module)) as { default?: unknown }
  if (typeof loaded.default !== 'function')
    throw new RtError({
      code: 'invalid_request',
      message: `${module.slice(module.lastIndexOf('/') + 1)} has no function as its default export.`,
      hint: 'Write `export default` before the function that does the work.',
    })
  const output: unknown = Reflect.apply(loaded.default, undefined, args)
  say({ type: 'value', value: isIterable(output) ? await readAll(output) : await output })
} catch (error) {
  fail(error)
}
