import { emptyUsage, type StreamPart, type TokenLogprob } from '@rt/core'
import { expect, test } from 'vitest'
import { chatBody, createFakePorts, post } from '../../__fixtures__/fake-ports.ts'
import { createApp } from '../../index.ts'

const PATH = '/v1/chat/completions'
const A: TokenLogprob = { token: 'é', logprob: -0.5, top: [{ token: 'é', logprob: -0.5 }] }
const HALF: TokenLogprob = { token: '\uFFFD', logprob: -1, top: [{ token: 'x', logprob: -2, bytes: [120] }] }
const IN_THEIR_SHAPE = [
  {
    token: 'é',
    logprob: -0.5,
    bytes: [195, 169],
    top_logprobs: [{ token: 'é', logprob: -0.5, bytes: [195, 169] }],
  },
  { token: '\uFFFD', logprob: -1, bytes: null, top_logprobs: [{ token: 'x', logprob: -2, bytes: [120] }] },
]

async function* answer(): AsyncGenerator<StreamPart> {
  yield { type: 'start', model: 'm' }
  yield { type: 'text-delta', text: 'é', logprobs: [A] }
  yield { type: 'text-delta', text: '?', logprobs: [HALF] }
  yield { type: 'finish', finishReason: 'stop', usage: emptyUsage() }
}
const ask = async (fields: object) => {
  const ports = createFakePorts([], answer)
  const response = await createApp(ports).fetch(post(PATH, chatBody(fields)))
  return { response, request: ports.requests[0] }
}

test('logprobs are asked for, and come in the shape of OpenAI', async () => {
  const { response, request } = await ask({ logprobs: true, top_logprobs: 2 })
  expect(request!.logprobs).toEqual({ top: 2 })
  const body = (await response.json()) as { choices: { logprobs: unknown }[]; rt: { warnings: unknown[] } }
  expect(body.choices[0]!.logprobs).toEqual({ content: IN_THEIR_SHAPE, refusal: null })
  expect(body.rt.warnings).toEqual([])
})

test('in a stream they come with their text', async () => {
  const { response, request } = await ask({ logprobs: true, stream: true })
  expect(request!.logprobs).toEqual({ top: 0 })
  const logprobs = (await response.text())
    .split('\n\n')
    .filter((event) => event.startsWith('data: {'))
    .map((event) => (JSON.parse(event.slice(6)) as { choices: { logprobs: unknown }[] }).choices[0]!.logprobs)
  expect(logprobs).toEqual([null, ...IN_THEIR_SHAPE.map((one) => ({ content: [one], refusal: null })), null])
})

test.each([
  [{ top_logprobs: 2 }, 'top_logprobs'],
  [{ logprobs: true, top_logprobs: 21 }, 'top_logprobs'],
  [{ logprobs: 5 }, 'logprobs'],
])('%j is refused', async (fields, param) => {
  const { response } = await ask(fields)
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ error: { param } })
})

test('not asked for is not told', async () => {
  expect((await ask({ logprobs: false })).request).not.toHaveProperty('logprobs')
})
