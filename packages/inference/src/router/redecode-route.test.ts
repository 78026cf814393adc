import {
  emptyUsage,
  type JsonValue,
  type LanguageModel,
  type ModelCapabilities,
  RtError,
  type StreamPart,
  totalTokens,
} from '@rt/core'
import { createFakeTelemetry } from '@rt/core/testing'
import { expect, it } from 'vitest'
import { ask, fail, model, read } from './__fixtures__/models.ts'
import { createRoute, type RateLimits } from './index.ts'

const usage = { ...emptyUsage(), input: 2, output: 9 }

/** A model that calls a tool, and can write the call again. */
const caller = (
  id: string,
  callId: string,
  capabilities: Partial<ModelCapabilities> = { redecode: true },
): LanguageModel & { asked: string[] } => {
  const asked: string[] = []
  return {
    ...model(id, [{ toolCalls: [{ name: 't', arguments: { by: id }, id: callId }] }], capabilities),
    asked,
    async *redecode(again) {
      asked.push(again)
      yield { type: 'start', model: id }
      yield { type: 'tool-call-start', id: again, name: 't' }
      yield { type: 'tool-call-end', id: again, name: 't', arguments: { again: id } }
      yield { type: 'usage', usage }
      yield { type: 'finish', finishReason: 'tool-calls', usage }
    },
  }
}
const argumentsOf = (parts: StreamPart[]): JsonValue[] =>
  parts.flatMap((part) => (part.type === 'tool-call-end' ? [part.arguments] : []))

it('has the leg write a call again that wrote it', async () => {
  const second = caller('second', 'call_a')
  const route = createRoute({
    id: 'chat',
    legs: [{ model: model('first', [fail('model_not_found')]) }, { model: second }],
  })
  expect(route.capabilities.redecode).toBe(true)
  expect(argumentsOf(await read(route.stream(ask())))).toEqual([{ by: 'second' }])
  const telemetry = createFakeTelemetry()
  const parts = await read(route.redecode!('call_a', { span: telemetry.span('redecode') }))
  expect(parts.map(({ type }) => type)).toEqual(['start', 'tool-call-start', 'tool-call-end', 'usage', 'finish'])
  expect(parts[0]).toEqual({ type: 'start', model: 'chat' })
  expect(argumentsOf(parts)).toEqual([{ again: 'second' }])
  expect(second.asked).toEqual(['call_a'])
  expect(telemetry.roots[0]?.attributes).toMatchObject({ 'rt.route.id': 'chat', 'gen_ai.request.model': 'second' })
})

it('refuses calls nobody wrote, and those of a leg that cannot', async () => {
  const cannot = caller('plain', 'call_0', {})
  const route = createRoute({ id: 'chat', legs: [{ model: cannot }, { model: caller('spare', 'call_0') }] })
  const refused = [{ type: 'start' }, { type: 'error', error: { code: 'not_found' } }]
  expect(await read(route.redecode!('call_0'))).toMatchObject(refused)
  await read(route.stream(ask()))
  expect(await read(route.redecode!('call_0'))).toMatchObject(refused)
  expect(cannot.asked).toEqual([])
  expect(createRoute({ id: 'x', legs: [{ model: cannot }] })).not.toHaveProperty('redecode')
})

it('takes a call for the one that was written last under its id', async () => {
  const able = caller('able', 'call_0')
  const answers = [able.stream, model('able', [fail('model_not_found')]).stream]
  const first: LanguageModel = { ...able, stream: (request, options) => answers.shift()!(request, options) }
  const route = createRoute({ id: 'chat', legs: [{ model: first }, { model: caller('plain', 'call_0', {}) }] })
  expect(argumentsOf(await read(route.stream(ask())))).toEqual([{ by: 'able' }])
  expect(argumentsOf(await read(route.stream(ask())))).toEqual([{ by: 'plain' }])
  expect((await read(route.redecode!('call_0'))).at(-1)).toMatchObject({ type: 'error', error: { code: 'not_found' } })
  expect(able.asked).toEqual([])
})

it('counts against the limits, under whoever asked, with what it took', async () => {
  const taken: object[] = []
  const settled: number[] = []
  const limits: RateLimits = {
    async take(wanted) {
      taken.push(wanted)
      if (taken.length > 2) throw new RtError({ code: 'rate_limited', message: 'too many.' })
      return { settle: async (tokens) => void settled.push(tokens) }
    },
  }
  const route = createRoute({ id: 'chat', legs: [{ model: caller('a', 'call_a') }], limits })
  await read(route.stream(ask('Hi', { principal: 'ada', maxOutputTokens: 50 })))
  await read(route.redecode!('call_a'))
  expect(taken[1]).toEqual({ principal: 'ada', model: 'a', tokens: 50 })
  expect(settled[1]).toBe(totalTokens(usage))
  expect(await read(route.redecode!('call_a'))).toMatchObject([
    { type: 'start' },
    { type: 'error', error: { code: 'rate_limited' } },
  ])
})

it('ends with the error of a model that throws', async () => {
  const broken: LanguageModel = {
    ...caller('a', 'call_a'),
    redecode: () => {
      throw new TypeError('broken')
    },
  }
  const route = createRoute({ id: 'chat', legs: [{ model: broken }] })
  await read(route.stream(ask()))
  expect((await read(route.redecode!('call_a'))).at(-1)).toMatchObject({ type: 'error', error: { message: 'broken' } })
})
