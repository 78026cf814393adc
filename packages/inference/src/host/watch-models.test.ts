import { createFakeClock } from '@rt/core/testing'
import { entryUrl } from '@rt/node/worker'
import { expect, onTestFinished, test } from 'vitest'
import { createHost, type Host } from './create-host.ts'
import { createQuarantine } from './quarantine.ts'
import { type WatchedModels, watchModels } from './watch-models.ts'

const createWatched = (crashes: number): WatchedModels =>
  watchModels({
    quarantine: createQuarantine({ engine: 'test engine', crashes, clock: createFakeClock() }),
    suspectOf: (params) => {
      const { model } = params as { model: string }
      return { id: model, key: model }
    },
    loads: ['load', 'die'],
    answers: ['answer', 'count', 'echo'],
  })

const createTestHost = (models: WatchedModels): Host => {
  const host = createHost({
    name: 'test engine',
    entry: entryUrl(import.meta.url, './__fixtures__/test-host.ts', 'test-host.js'),
    models,
  })
  onTestFinished(() => host[Symbol.asyncDispose]())
  return host
}

const bad = { model: 'bad' }
const good = { model: 'good' }
const error = { code: 'internal', message: 'no', retryable: false } as const

test('a good answer clears a model; loading it, an error, and an answer that was cancelled do not', () => {
  const crashAfter = (act: (models: WatchedModels) => void): unknown => {
    const models = createWatched(2)
    models.sent(1, 'answer', bad)
    models.ended(false)
    act(models)
    models.sent(9, 'answer', bad)
    models.ended(false)
    return models.state(bad)
  }
  const refused = { quarantine: { crashes: 2 } }
  expect(crashAfter(() => {})).toMatchObject(refused)
  expect(
    crashAfter((models) => {
      models.sent(2, 'answer', bad)
      models.response({ type: 'end', id: 2 })
    }),
  ).toEqual({})
  expect(
    crashAfter((models) => {
      models.sent(2, 'load', bad)
      models.response({ type: 'result', id: 2, value: 1 })
      models.sent(3, 'answer', bad)
      models.response({ type: 'events', id: 3, events: [] })
      models.response({ type: 'error', id: 3, error })
      models.sent(4, 'answer', bad)
      models.cancelled(4)
      models.response({ type: 'end', id: 4 })
    }),
  ).toMatchObject(refused)
})

test('suspects are those that run: not one that was answered, nor one that only frees memory, but one nobody waits for', () => {
  const models = createWatched(1)
  models.sent(1, 'answer', good)
  models.response({ type: 'end', id: 1 })
  models.sent(2, 'unload', good)
  models.sent(3, 'answer', bad)
  models.cancelled(3)
  models.ended(false)
  expect([models.state(good), models.state(bad)]).toEqual([{}, { quarantine: { crashes: 1, retryAfterMs: 300_000 } }])
  expect(() => models.check('unload', bad)).not.toThrow()
})

test('a child that was told to end accuses nobody', () => {
  const models = createWatched(1)
  models.sent(1, 'answer', good)
  models.ended(true)
  expect(models.state(good)).toEqual({})
})

test('a host refuses the model that crashed it, without a child, and serves the others', async () => {
  const models = createWatched(1)
  const host = createTestHost(models)
  await expect(host.call('die', { ...bad, signal: 'SIGABRT' })).rejects.toMatchObject({ code: 'engine_crashed' })
  const refused = { code: 'model_unavailable', retryable: false, data: { model: 'bad', crashes: 1 } }
  await expect(host.call('echo', bad)).rejects.toMatchObject(refused)
  await expect(
    host
      .stream('count', { ...bad, to: 3 })
      [Symbol.asyncIterator]()
      .next(),
  ).rejects.toMatchObject(refused)
  expect(host.pid).toBeUndefined()
  expect(await host.call('echo', good)).toEqual(good)
})
