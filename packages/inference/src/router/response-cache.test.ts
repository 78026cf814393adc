import { createMessage, emptyUsage, type KeyValue, type ModelRequest, RtError } from '@rt/core'
import { createFakeClock, createFakeTelemetry } from '@rt/core/testing'
import { describe, expect, it } from 'vitest'
import { createMemoryKeyValue, createResponseCache, createRoute, describeRoute } from './index.ts'
import { ask, fail, lastOf, model, read, textOf } from './__fixtures__/models.ts'

const setUp = (answers: Parameters<typeof model>[1], options: { sampled?: boolean; store?: KeyValue } = {}) => {
  const clock = createFakeClock()
  const leg = model('a', answers)
  const cache = createResponseCache({ store: createMemoryKeyValue({ clock }), ttlMs: 1000, ...options })
  return {
    clock,
    leg,
    route: createRoute({ id: 'chat', legs: [{ model: leg }], cache, clock, retry: { attempts: 1 } }),
  }
}
const greedy = (more: Partial<ModelRequest> = {}): ModelRequest =>
  ask('Hello', { sampling: { temperature: 0 }, ...more })

describe('a route with a response cache', () => {
  it('answers the same request again without the model, and bills nothing', async () => {
    const { route, leg } = setUp(['one two', 'other'])
    const telemetry = createFakeTelemetry()
    const first = await read(route.stream(greedy()))
    const again = await read(route.stream(greedy(), { span: telemetry.span('chat') }))
    expect([textOf(first), textOf(again)]).toEqual(['one two', 'one two'])
    expect(again[0]).toEqual(first[0])
    expect(lastOf(again)).toEqual({ type: 'finish', finishReason: 'stop', usage: emptyUsage() })
    expect(leg.requests).toHaveLength(1)
    expect(telemetry.roots[0]!.attributes).toMatchObject({ 'rt.cache.hit': true, 'rt.cache.saved_tokens': 3 })
    expect(describeRoute(telemetry.roots[0]!.attributes)).toBe('route chat answered from the cache')
  })

  it('replays tool calls as they were', async () => {
    const { route } = setUp([{ toolCalls: [{ name: 't', arguments: { a: [1] }, id: 'c1' }] }])
    const calls = async () => (await read(route.stream(greedy()))).filter(({ type }) => type === 'tool-call-end')
    expect(await calls()).toEqual(await calls())
    expect(await calls()).toMatchObject([{ name: 't', arguments: { a: [1] } }])
  })

  it.each<[string, ModelRequest, ModelRequest]>([
    ['another principal', greedy({ principal: 'ada' }), greedy({ principal: 'bob' })],
    ['another text', greedy(), { ...greedy(), messages: [createMessage('user', 'Hello!')] }],
    ['another seed', greedy(), greedy({ sampling: { temperature: 0, seed: 1 } })],
    ['another length', greedy(), greedy({ maxOutputTokens: 5 })],
    [
      'another image',
      greedy({
        messages: [createMessage('user', [{ type: 'file', mediaType: 'text/plain', data: new Uint8Array([1]) }])],
      }),
      greedy({
        messages: [createMessage('user', [{ type: 'file', mediaType: 'text/plain', data: new Uint8Array([2]) }])],
      }),
    ],
    ['sampling', ask(), ask()],
    [
      'local-only data',
      { ...greedy(), messages: [{ ...createMessage('user', 'x'), label: 'local-only' }] },
      { ...greedy(), messages: [{ ...createMessage('user', 'x'), label: 'local-only' }] },
    ],
  ])('asks again for %s', async (_what, one, two) => {
    const { route, leg } = setUp(['yes'])
    await read(route.stream(one))
    await read(route.stream(two))
    expect(leg.requests).toHaveLength(2)
  })

  it('takes the same request in another thread, with other ids and key order, as the same', async () => {
    const { route, leg } = setUp(['yes'])
    await read(route.stream(greedy({ sampling: { temperature: 0, topP: 1 }, cacheKey: 't1' })))
    await read(route.stream(greedy({ cacheKey: 't2', sampling: { topP: 1, temperature: 0 } })))
    expect(leg.requests).toHaveLength(1)
  })

  it('keeps sampled answers when asked to, and none for longer than its time', async () => {
    const { route, leg, clock } = setUp(['yes'], { sampled: true })
    await read(route.stream(ask()))
    await read(route.stream(ask()))
    expect(leg.requests).toHaveLength(1)
    await clock.advance(1000)
    await read(route.stream(ask()))
    expect(leg.requests).toHaveLength(2)
  })

  it('keeps no errors, no cut answers and no broken ones', async () => {
    const cut = {
      parts: [
        { type: 'text-delta' as const, text: 'x' },
        { type: 'finish' as const, finishReason: 'length' as const, usage: emptyUsage() },
      ],
    }
    const { route, leg } = setUp([fail('unauthorized'), fail('unauthorized', undefined, 'half'), cut, 'whole'])
    for (let i = 0; i < 5; i++) await read(route.stream(greedy()))
    expect(leg.requests).toHaveLength(4)
  })

  it('answers without its store when that fails', async () => {
    const broken = async (): Promise<never> => {
      throw new RtError({ code: 'network', message: 'no store' })
    }
    const { route } = setUp(['yes'], { store: { get: broken, set: broken, delete: broken, add: broken } })
    expect(textOf(await read(route.stream(greedy())))).toBe('yes')
  })
})
