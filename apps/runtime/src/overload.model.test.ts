import { expect, it } from 'vitest'
import { askAtOnce } from './__fixtures__/ask-at-once.ts'
import { temporaryFolder } from './__fixtures__/command.ts'
import { createRuntime } from './create-runtime.ts'

const MODEL = 'smollm2:135m'
/** Of one model, and how many it answers meanwhile. */
const [MOST_WAITING, ANSWERED] = [64, 4]

// Row 9 of the faults; its thousand requests and its times are in overload.long.test.ts.
it('of 120 requests at once those it takes all end well, the others are told when to come again', async () => {
  await using folder = await temporaryFolder()
  await using rt = await createRuntime({ data: folder.path, config: false, chat: MODEL, embed: false, threads: 1 })
  await using server = await rt.serve({ port: 0, maxRequests: 100 })
  await rt.generate('Hi', { maxOutputTokens: 1 })
  const body = (index: number): object => ({
    model: MODEL,
    messages: [{ role: 'user', content: `Say the number ${index}.` }],
    max_tokens: 2,
  })
  let ended = false
  const asked = askAtOnce({ port: server.port, times: 120, body }).finally(() => (ended = true))
  const seen: { health: number; inside: number }[] = []
  while (!ended) {
    const health = await fetch(`http://127.0.0.1:${server.port}/health`)
    await health.body?.cancel()
    const [model] = (await rt.status()).models
    seen.push({ health: health.status, inside: (model?.waiting ?? 0) + (model?.running ?? 0) })
  }
  const {
    taken = [],
    refused = [],
    other,
  } = Object.groupBy(await asked, ({ status }) => (status === 200 ? 'taken' : status === 503 ? 'refused' : 'other'))
  expect(other).toBeUndefined()
  expect(taken.length).toBeGreaterThanOrEqual(MOST_WAITING)
  expect(refused.length).toBeGreaterThan(0)
  for (const { body: answer } of taken) expect(JSON.parse(answer)).toMatchObject({ usage: { completion_tokens: 2 } })
  for (const { body: answer, retryAfter } of refused) {
    expect(JSON.parse(answer)).toMatchObject({ error: { code: 'overloaded', rt: { retryable: true } } })
    expect(Number(retryAfter)).toBeGreaterThanOrEqual(1)
  }
  expect(new Set(seen.map(({ health }) => health))).toEqual(new Set([200]))
  expect(Math.max(...seen.map(({ inside }) => inside))).toBeLessThanOrEqual(MOST_WAITING + ANSWERED)
  expect((await rt.status()).models).toMatchObject([{ running: 0, waiting: 0 }])
  expect((await rt.generate('Say hello.', { maxOutputTokens: 8 })).text).toMatch(/\w/)
})
