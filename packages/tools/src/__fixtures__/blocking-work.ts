import { RtError } from '@rt/core'
import type { ToolWork } from '../tool-options.ts'
import type { blockingInput, blockingOutput } from './blocking-schemas.ts'

let calls = 0

/** What a tool in a worker may do, by name. */
const work: ToolWork<typeof blockingInput, typeof blockingOutput> = (input, { callId, principal }) => {
  calls++
  const { what, started } = input as { what: string; started?: Int32Array }
  if (what === 'block') {
    Atomics.store(started!, 0, 1)
    Atomics.notify(started!, 0)
    for (;;);
  }
  if (what === 'throw') throw new RtError({ code: 'not_found', message: 'no such city' })
  if (what === 'progress') return count()
  return { calls, who: `${callId} of ${principal}` }
}

async function* count(): AsyncGenerator<string, { calls: number; who: string }> {
  yield 'half'
  return { calls, who: 'nobody' }
}

export default work
