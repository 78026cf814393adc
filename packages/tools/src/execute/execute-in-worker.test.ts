import { LOCAL, noopSpan, systemClock, type Tool } from '@rt/core'
import { createFakeClock } from '@rt/core/testing'
import { expect, test } from 'vitest'
import { blockingInput, blockingOutput } from '../__fixtures__/blocking-schemas.ts'
import { tool } from '../tool.ts'
import { executeCall, type ToolCallRequest, type ToolOutcome } from './execute-call.ts'

const blocking = tool({
  name: 'blocking',
  description: 'x',
  inputSchema: blockingInput,
  outputSchema: blockingOutput,
  worker: new URL('../__fixtures__/blocking-work.ts', import.meta.url),
})
const run = (what: string, more: Partial<ToolCallRequest> = {}, given: Tool = blocking): Promise<ToolOutcome> =>
  executeCall({
    tool: given,
    callId: 'c1',
    arguments: { what },
    principal: LOCAL,
    signal: new AbortController().signal,
    span: noopSpan,
    clock: systemClock,
    ...more,
  })

test('it knows its call, and nothing of the one before', async () => {
  const expected = { result: { calls: 1, who: `c1 of ${LOCAL}` }, isError: false }
  expect([await run('x'), await run('x')]).toMatchObject([expected, expected])
})

test('it shows how far it is, and fails with its own error', async () => {
  const shown: unknown[] = []
  const outcome = await run('progress', { onProgress: (value) => shown.push(value) })
  expect([shown, outcome.result]).toEqual([['half'], { calls: 1, who: 'nobody' }])
  expect((await run('throw')).result).toEqual({ error: { code: 'not_found', message: 'no such city' } })
})

const block = (): { input: { value: unknown }; running: Promise<unknown> } => {
  const started = new Int32Array(new SharedArrayBuffer(4))
  return {
    input: { value: { what: 'block', started } },
    running: Promise.resolve(Atomics.waitAsync(started, 0, 0).value),
  }
}

test('an endless loop is ended when its time is up, and this thread was free meanwhile', async () => {
  const clock = createFakeClock()
  const { input, running } = block()
  const outcome = run('block', { clock, input })
  await running
  await clock.advance(30_000)
  expect((await outcome).result).toMatchObject({ error: { code: 'tool_timeout' } })
})

test('an endless loop is ended by an abort, and gives back its turn', async () => {
  const controller = new AbortController()
  const one = { ...blocking, maxConcurrent: 1 }
  const { input, running } = block()
  const outcome = run('block', { input, signal: controller.signal }, one)
  const next = run('x', {}, one)
  await running
  controller.abort()
  await expect(outcome).rejects.toMatchObject({ code: 'aborted' })
  // The turn comes back with the end of the thread.
  expect((await next).isError).toBe(false)
})
