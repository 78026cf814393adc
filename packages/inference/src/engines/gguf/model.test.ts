import { createMessage, type ModelRequest, RtError, type StreamPart } from '@rt/core'
import { expect, test } from 'vitest'
import type { Host } from '../../host/create-host.ts'
import { createGgufModel } from './model.ts'

/** A host that notes what it is asked and streams `events`. */
const createFakeHost = (events: unknown[] = []) => {
  const asked: string[] = []
  const fake = {
    pid: 1 as number | undefined,
    failUnload: undefined as RtError | undefined,
    state: undefined as unknown,
    asked,
  }
  const host: Host = {
    name: 'fake',
    get pid() {
      return fake.pid
    },
    start: async () => {},
    async call<T>(method: string): Promise<T> {
      asked.push(method)
      if (method === 'state') return fake.state as T
      if (method === 'unload' && fake.failUnload) throw fake.failUnload
      return 7 as T
    },
    async *stream<T>(method: string) {
      asked.push(method)
      yield* events as T[]
    },
    [Symbol.asyncDispose]: async () => {},
  }
  return { fake, host }
}

const load = { id: 'tiny', path: 'tiny.gguf', key: 'k' }
const info = {
  architecture: 'llama',
  sizeBytes: 1,
  contextTokens: 64,
  trainContextTokens: 64,
  templateHash: '',
  reasoning: false,
  infill: false,
}
const request = { messages: [createMessage('user', 'Hi')] }

test('a closed model asks the host for nothing, least of all to load it again', async () => {
  const { host, fake } = createFakeHost()
  const model = createGgufModel({ host, load, info })
  expect(await model.countTokens(request)).toBe(7)
  await model[Symbol.asyncDispose]()
  await model[Symbol.asyncDispose]()
  await expect(model.countTokens(request)).rejects.toMatchObject({ code: 'shutting_down' })
  const parts: StreamPart[] = []
  for await (const part of model.stream(request)) parts.push(part)
  expect(parts).toMatchObject([{ type: 'start' }, { type: 'error', error: { code: 'shutting_down' } }])
  expect(fake.asked).toEqual(['count', 'unload'])
})

test('progress goes to who asked for it, never into the answer; one that throws ends the stream', async () => {
  const events = [
    { type: 'prefill', done: 64, total: 70 },
    { type: 'text-delta', text: 'Hi' },
  ]
  const read = async (onPrefill?: (progress: unknown) => void): Promise<StreamPart[]> => {
    const model = createGgufModel({ host: createFakeHost(events).host, load, info })
    const parts: StreamPart[] = []
    for await (const part of model.stream(request, { onPrefill })) parts.push(part)
    return parts
  }
  const seen: unknown[] = []
  expect(await read((progress) => void seen.push(progress))).toMatchObject([{ type: 'start' }, { type: 'text-delta' }])
  expect(seen).toEqual([{ done: 64, total: 70 }])
  const thrower = (): never => {
    throw new Error('a defect of the caller')
  }
  expect((await read(thrower)).map(({ type }) => type)).toEqual(['start', 'error'])
})

test('it says that it cannot be told how much to think', async () => {
  const read = async (more: Partial<ModelRequest>): Promise<string[]> => {
    const types: string[] = []
    const model = createGgufModel({ host: createFakeHost().host, load, info })
    for await (const part of model.stream({ ...request, ...more })) types.push(part.type)
    return types
  }
  expect(await read({ reasoning: { effort: 'high' } })).toEqual(['start', 'warning'])
  expect(await read({ reasoning: { effort: 'none' } })).toEqual(['start'])
})

test('closing has nothing to free in a host that is gone, or going', async () => {
  for (const code of ['engine_crashed', 'engine_unavailable', 'shutting_down'] as const) {
    const { host, fake } = createFakeHost()
    fake.failUnload = new RtError({ code, message: 'gone.' })
    await createGgufModel({ host, load, info })[Symbol.asyncDispose]()
  }
  const { host, fake } = createFakeHost()
  fake.failUnload = new RtError({ code: 'internal', message: 'a defect.' })
  await expect(createGgufModel({ host, load, info })[Symbol.asyncDispose]()).rejects.toMatchObject({ code: 'internal' })
  fake.pid = undefined
  await createGgufModel({ host, load, info })[Symbol.asyncDispose]()
  expect(fake.asked).toEqual(['unload'])
})

test('its state is what the host says and how long it is idle; without a host it is nothing, and starts none', async () => {
  const { host, fake } = createFakeHost([{ type: 'finish', finishReason: 'stop' }])
  let now = 1000
  const model = createGgufModel({ host, load: { ...load, sequences: 2 }, info, clock: { monotonic: () => now } })
  const held = { weightsBytes: 9, kvBytes: 3, sequences: { open: 1, most: 2 }, running: 0, waiting: 0 }
  const empty = { weightsBytes: 0, kvBytes: 0, sequences: { open: 0, most: 2 }, running: 0, waiting: 0 }
  fake.state = held
  now = 1500
  expect(await model.state()).toEqual({ engine: 'gguf', contextTokens: 64, idleMs: 500, ...held })
  for await (const _ of model.stream(request)) {
    now += 100
    expect(await model.state()).toMatchObject({ idleMs: 0 })
  }
  now += 70
  expect(await model.state()).toMatchObject({ idleMs: 70 })
  // The child died and lives again: it has not loaded the model yet.
  fake.state = undefined
  expect(await model.state()).toMatchObject({ ...empty, contextTokens: 64 })
  const before = fake.asked.length
  fake.pid = undefined
  expect(await model.state()).toMatchObject(empty)
  fake.pid = 1
  await model[Symbol.asyncDispose]()
  expect(await model.state()).toMatchObject(empty)
  expect(fake.asked.slice(before)).toEqual(['unload'])
})
