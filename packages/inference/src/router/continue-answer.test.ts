import { messageText, type ModelRequest, type StreamPart } from '@rt/core'
import { createFakeClock, createFakeTelemetry, type ScriptedAnswer } from '@rt/core/testing'
import { describe, expect, it } from 'vitest'
import { createRoute, describeRoute, type Leg } from './index.ts'
import { ask, fail, lastOf, model, read, say, textOf } from './__fixtures__/models.ts'

const routeOf = (...legs: Leg[]) => createRoute({ id: 'chat', legs, clock: createFakeClock(), random: () => 0 })
const dying = (text: string) => model('a', [fail('engine_crashed', undefined, text)])

describe('an answer that dies in mid-stream', () => {
  it('goes on from the emitted prefix on the next leg that can', async () => {
    const next = model('c', [say(' ', ' upon', ' a time')])
    const telemetry = createFakeTelemetry()
    const route = routeOf({ model: dying('Once ') }, { model: model('b', ['no']) }, { model: next, continues: true })
    const parts = await read(route.stream(ask('Tell', { maxOutputTokens: 100 }), { span: telemetry.span('chat') }))
    expect(textOf(parts)).toBe('Once  upon a time')
    expect(parts.filter(({ type }) => type === 'start')).toHaveLength(1)
    expect(lastOf(parts)).toMatchObject({ type: 'finish', finishReason: 'stop' })
    const { messages, maxOutputTokens } = next.requests[0]!
    expect(messages.map((message) => [message.role, messageText(message)])).toEqual([
      ['user', 'Tell'],
      ['assistant', 'Once'],
    ])
    expect(maxOutputTokens).toBe(98)
    expect(describeRoute(telemetry.roots[0]!.attributes)).toBe(
      'route a (engine_crashed in mid-answer) -> c, continued once in mid-answer',
    )
  })

  it('goes on on the same leg when there is no other', async () => {
    const leg = model('a', [fail('network', undefined, 'Once'), fail('network', undefined, ' upon'), say(' a time')])
    const parts = await read(routeOf({ model: leg, continues: true }).stream(ask()))
    expect(textOf(parts)).toBe('Once upon a time')
    expect(leg.requests).toHaveLength(3)
  })

  it('ends with one error where no leg continues', async () => {
    const other = model('b', ['no'])
    const parts = await read(routeOf({ model: dying('Once') }, { model: other }).stream(ask()))
    expect(parts.slice(1)).toMatchObject([{ type: 'text-delta' }, { type: 'error', error: { code: 'engine_crashed' } }])
    expect(other.requests).toHaveLength(0)
  })

  const tools = [{ name: 't', description: '', parameters: {} }]
  const broken = (...parts: StreamPart[]): ScriptedAnswer => ({ parts: [...parts, { type: 'text-delta', text: 'So' }] })

  it.each<[string, ModelRequest, ScriptedAnswer]>([
    ['structured output', ask('x', { output: { type: 'json' } }), broken()],
    ['a forced tool', ask('x', { toolChoice: 'required', tools }), broken()],
    ['an open tool call', ask(), broken({ type: 'tool-call-start', id: '1', name: 't' })],
    [
      'text only its provider can read',
      ask(),
      broken({ type: 'text-delta', text: 'Found', provider: { a: { block: 1 } } }),
    ],
    ['reasoning', ask(), broken({ type: 'reasoning-delta', text: 'Hm' })],
    ['a wrong request', ask(), fail('invalid_request', undefined, 'So')],
  ])('ends with one error in %s', async (_what, request, answer) => {
    const other = model('b', ['no'])
    const parts = await read(
      routeOf({ model: model('a', [answer]) }, { model: other, continues: true }).stream(request),
    )
    expect(lastOf(parts)).toMatchObject({ type: 'error' })
    expect(parts.filter(({ type }) => type === 'error')).toHaveLength(1)
    expect(other.requests).toHaveLength(0)
  })

  it('goes to another leg when one refuses the prefix as invalid', async () => {
    const refusing = model('b', [fail('invalid_request')])
    const route = routeOf(
      { model: dying('Once') },
      { model: refusing, continues: true },
      { model: model('c', [say(' more')]), continues: true },
    )
    expect(textOf(await read(route.stream(ask())))).toBe('Once more')
    expect(refusing.requests).toHaveLength(1)
  })
})
