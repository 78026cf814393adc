import { createMessage, type LanguageModel, type StreamPart } from '@rt/core'
import { createFakeClock, createFakeEmbedder, createScriptedModel } from '@rt/core/testing'
import { createMemoryPlan, type Kept } from '@rt/inference/memory'
import { expect, it } from 'vitest'
import { lentChat, lentEmbedder } from './lent-models.ts'

const NEED = { weightsBytes: 900, kvBytes: { least: 0, most: 0 }, otherBytes: 0 }
const ask = { messages: [createMessage('user', 'hi')] }

/** Two models of which one fits. */
const setUp = () => {
  const clock = createFakeClock()
  const plan = createMemoryPlan({ budgetBytes: 1000, waitMs: 1000, clock })
  const keep = <M extends object>(id: string, model: M): Kept<M & AsyncDisposable> =>
    plan.keep({
      id,
      estimate: async () => NEED,
      load: async () => ({ ...model, [Symbol.asyncDispose]: async () => {} }),
    })
  const scripted = createScriptedModel({ id: 'chat', answers: ['one two three'] })
  const kept = keep<LanguageModel>('chat', scripted)
  return { clock, keep, kept, chat: lentChat(scripted, kept) }
}

const parts = async (stream: AsyncIterable<StreamPart>): Promise<StreamPart[]> => {
  const all: StreamPart[] = []
  for await (const part of stream) all.push(part)
  return all
}

it('a model is held while it answers, and free when its reader leaves', async () => {
  const { chat, kept } = setUp()
  for await (const part of chat.stream(ask)) {
    expect(kept.state()?.unloadsInMs).toBeUndefined()
    if (part.type === 'text-delta') break
  }
  expect(kept.state()?.unloadsInMs).toBe(300_000)
  expect((await parts(chat.stream(ask))).at(-1)?.type).toBe('finish')
  expect(await chat.countTokens(ask)).toBe(1)
})

it('a stream that finds no room ends with one error, and an aborted one with an abort', async () => {
  const { chat, keep, clock } = setUp()
  using _other = await keep('other', {}).use()
  const refused = parts(chat.stream(ask))
  const gone = new AbortController()
  const left = parts(chat.stream(ask, { signal: gone.signal }))
  for (let i = 0; i < 50; i++) await Promise.resolve()
  gone.abort()
  expect((await left).map(({ type }) => type)).toEqual(['start', 'abort'])
  await clock.advance(1000)
  expect(await refused).toMatchObject([
    { type: 'start', model: 'chat' },
    { type: 'error', error: { code: 'overloaded', message: expect.stringContaining('"other" (900 B, in use)') } },
  ])
  await expect(chat.countTokens(ask, { signal: gone.signal })).rejects.toMatchObject({ code: 'aborted' })
})

it('an embedder keeps what it is known by, and loads when it is asked', async () => {
  const { keep } = setUp()
  const embedder = createFakeEmbedder()
  const kept = keep('embedder', embedder)
  const lent = lentEmbedder(embedder, kept)
  expect(lent).toMatchObject({ fingerprint: embedder.fingerprint, dimensions: 64, maxTokens: 256, local: true })
  expect(kept.state()).toBeUndefined()
  expect((await lent.embed(['a'])).vectors).toHaveLength(1)
  expect(kept.state()).toBeDefined()
})

it('offers to write a call again only where its model can', () => {
  const { chat, kept } = setUp()
  expect(chat.redecode).toBeUndefined()
  const able = { ...createScriptedModel({ answers: [''] }), async *redecode() {} }
  expect(lentChat(able, kept).redecode).toBeDefined()
})
