import { emptyUsage, type StreamPart } from '@rt/core'
import { describe, expect, it } from 'vitest'
import { chatBody, createFakePorts, post } from '../../__fixtures__/fake-ports.ts'
import { createApp } from '../../index.ts'

const PATH = '/v1/chat/completions'
const USAGE = { input: 3, cacheRead: 5, cacheWrite: 4, output: 2, reasoning: 1 }

async function* partsOf(...parts: StreamPart[]): AsyncGenerator<StreamPart> {
  yield* parts
}

describe('reasoning_effort', () => {
  const send = async (effort: unknown) => {
    const ports = createFakePorts()
    const response = await createApp(ports).fetch(post(PATH, chatBody({ reasoning_effort: effort })))
    const body = (await response.json()) as { rt?: { warnings: { message: string }[] }; error?: { param: string } }
    return { status: response.status, body, request: ports.requests[0] }
  }

  it.each(['none', 'low', 'medium', 'high'])('%s is the same word in the IR', async (effort) => {
    const { request, body } = await send(effort)
    expect(request!.reasoning).toEqual({ effort })
    expect(body.rt!.warnings).toEqual([])
  })

  it.each([
    ['minimal', 'low'],
    ['xhigh', 'high'],
    ['max', 'high'],
  ])('%s is read as %s, and the answer says so', async (effort, read) => {
    const { request, body } = await send(effort)
    expect(request!.reasoning).toEqual({ effort: read })
    expect(body.rt!.warnings).toEqual([
      { id: 'reasoning_effort', message: `reasoning_effort ${effort} is read as ${read}` },
    ])
  })

  it('absent or null leaves it to the model; other words are refused', async () => {
    expect((await send(undefined)).request).not.toHaveProperty('reasoning')
    expect((await send(null)).request).not.toHaveProperty('reasoning')
    expect(await send('hard')).toMatchObject({ status: 400, body: { error: { param: 'reasoning_effort' } } })
  })
})

describe('an answer that was thought about', () => {
  const parts: StreamPart[] = [
    { type: 'reasoning-delta', text: 'Hm.' },
    { type: 'reasoning-delta', text: '', provider: { anthropic: { signature: 'canary' } } },
    { type: 'text-delta', text: 'Yes' },
    { type: 'text-delta', text: '', provider: {} },
    { type: 'text-delta', text: '.', provider: { anthropic: { citations: ['canary'] } } },
    { type: 'finish', finishReason: 'stop', usage: USAGE },
  ]
  const usage = {
    prompt_tokens: 12,
    completion_tokens: 2,
    total_tokens: 14,
    prompt_tokens_details: { cached_tokens: 5, cache_write_tokens: 4 },
    completion_tokens_details: { reasoning_tokens: 1 },
  }

  it('streams no delta without text, and nothing that is the provider’s', async () => {
    const app = createApp(createFakePorts([], () => partsOf(...parts)))
    const response = await app.fetch(post(PATH, chatBody({ stream: true, stream_options: { include_usage: true } })))
    const text = await response.text()
    const chunks = text
      .split('\n\n')
      .filter((line) => line.startsWith('data: {'))
      .map((line) => JSON.parse(line.slice(6)) as { choices: { delta: object }[]; usage: unknown })
    expect(chunks.map(({ choices }) => choices[0]?.delta)).toEqual([
      { role: 'assistant', content: '' },
      { reasoning_content: 'Hm.', reasoning: 'Hm.' },
      { content: 'Yes' },
      { content: '.' },
      {},
      undefined,
    ])
    expect(chunks.at(-1)!.usage).toEqual(usage)
    expect(text).not.toContain('canary')
  })

  it('comes whole with the same counts', async () => {
    const app = createApp(createFakePorts([], () => partsOf(...parts)))
    const answer = (await (await app.fetch(post(PATH, chatBody()))).json()) as object
    expect(answer).toMatchObject({
      choices: [{ message: { content: 'Yes.', reasoning_content: 'Hm.', reasoning: 'Hm.' } }],
      usage,
    })
    expect(JSON.stringify(answer)).not.toContain('canary')
  })

  it('counts no written cache where there was none', async () => {
    const finish: StreamPart = { type: 'finish', finishReason: 'stop', usage: emptyUsage() }
    const answer = await createApp(createFakePorts([], () => partsOf(finish))).fetch(post(PATH, chatBody()))
    expect(await answer.json()).toHaveProperty('usage.prompt_tokens_details', { cached_tokens: 0 })
  })
})
