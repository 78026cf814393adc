import { LOCAL, noopSpan, systemClock, type Tool } from '@rt/core'
import { createFakeClock } from '@rt/core/testing'
import { expect, test } from 'vitest'
import { tool } from '../tool.ts'
import { executeCall, type ToolCallRequest } from './execute-call.ts'

const create = (maxConcurrent: number): { given: Tool; started: string[]; finish: (callId: string) => void } => {
  const started: string[] = []
  const running = new Map<string, () => void>()
  const given = tool({
    name: 'x',
    description: 'x',
    inputSchema: { jsonSchema: { type: 'object' } },
    maxConcurrent,
    timeoutMs: 1000,
    execute: (_, { callId }) => {
      started.push(callId)
      return new Promise<string>((resolve) => running.set(callId, () => resolve(callId)))
    },
  })
  return { given, started, finish: (callId) => running.get(callId)!() }
}
const request = (given: Tool, callId: string, more: Partial<ToolCallRequest> = {}): ToolCallRequest => ({
  tool: given,
  callId,
  arguments: {},
  principal: LOCAL,
  signal: new AbortController().signal,
  span: noopSpan,
  clock: systemClock,
  ...more,
})
const idle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

test('two at a time, in order, over all who call, also where the tool goes by another name', async () => {
  const { given, started, finish } = create(2)
  const renamed = { ...given, name: 'y' }
  const calls = ['1', '2', '3', '4'].map((id, i) => executeCall(request(i % 2 ? renamed : given, id)))
  await idle()
  expect(started).toEqual(['1', '2'])
  finish('2')
  await idle()
  expect(started).toEqual(['1', '2', '3'])
  for (const id of ['1', '3']) finish(id)
  await idle()
  finish('4')
  expect((await Promise.all(calls)).map(({ result }) => result)).toEqual(['1', '2', '3', '4'])
})

test('waiting counts in no limit of time', async () => {
  const clock = createFakeClock()
  const { given, started, finish } = create(1)
  const first = executeCall(request(given, '1'))
  const second = executeCall(request(given, '2', { clock }))
  await idle()
  await clock.advance(100_000)
  finish('1')
  await first
  await idle()
  expect(started).toEqual(['1', '2'])
  finish('2')
  expect(await second).toMatchObject({ result: '2', isError: false })
})

test('whoever is aborted leaves the line, and takes no turn from anybody', async () => {
  const { given, started, finish } = create(1)
  const controller = new AbortController()
  const first = executeCall(request(given, '1'))
  const second = executeCall(request(given, '2', { signal: controller.signal }))
  const third = executeCall(request(given, '3'))
  await idle()
  controller.abort()
  await expect(second).rejects.toMatchObject({ code: 'aborted' })
  finish('1')
  await first
  await idle()
  expect(started).toEqual(['1', '3'])
  finish('3')
  await third
})

test('a call that is late and goes on keeps its turn for 5 s, not for ever', async () => {
  const clock = createFakeClock()
  const { given, started, finish } = create(1)
  const first = executeCall(request(given, '1', { clock }))
  await idle()
  await clock.advance(1000)
  expect(await first).toMatchObject({ result: { error: { code: 'tool_timeout' } } })
  const second = executeCall(request(given, '2'))
  await clock.advance(4999)
  await idle()
  expect(started).toEqual(['1'])
  await clock.advance(1)
  await idle()
  expect(started).toEqual(['1', '2'])
  finish('1')
  finish('2')
  await second
})

test('what settles after its time gives its turn back at once, and once only', async () => {
  const clock = createFakeClock()
  const { given, started, finish } = create(1)
  const first = executeCall(request(given, '1', { clock }))
  await idle()
  await clock.advance(1000)
  await first
  finish('1')
  await idle()
  const others = ['2', '3'].map((id) => executeCall(request(given, id)))
  await clock.advance(10_000)
  await idle()
  expect(started).toEqual(['1', '2'])
  finish('2')
  await idle()
  finish('3')
  await Promise.all(others)
})
