import OpenAI, { APIError, BadRequestError, InternalServerError, NotFoundError, RateLimitError } from 'openai'
import { emptyUsage, RtError, type RtErrorOptions } from '@rt/core'
import { describe, expect, it } from 'vitest'
import { createFakePorts } from '../__fixtures__/fake-ports.ts'
import { createApp, type ServerPorts } from '../index.ts'

/** The real client of the protocol, with our app in place of its network. */
const clientOf = (ports: ServerPorts, maxRetries = 2): OpenAI =>
  new OpenAI({
    maxRetries,
    apiKey: 'none',
    baseURL: 'http://127.0.0.1:4141/v1',
    fetch: (url, init) => createApp(ports).fetch(new Request(url, init)),
  })

const messages = [{ role: 'user' as const, content: 'Hi' }]
const model = 'smollm2:135m'

describe('the openai client', () => {
  it('chats', async () => {
    const answer = await clientOf(createFakePorts(['Hello there.'])).chat.completions.create({ model, messages })
    expect(answer.choices[0]!.message.content).toBe('Hello there.')
    expect(answer.usage).toMatchObject({ prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 })
  })

  it('streams, and its helper puts the answer together', async () => {
    const runner = clientOf(createFakePorts(['Hello there.'])).chat.completions.stream({
      model,
      messages,
      stream_options: { include_usage: true },
    })
    expect(await runner.finalContent()).toBe('Hello there.')
    expect((await runner.totalUsage()).completion_tokens).toBe(2)
  })

  it('forces a tool call, streamed and not', async () => {
    const ports = createFakePorts([{ toolCalls: [{ id: 'c1', name: 'weather', arguments: { city: 'Oslo' } }] }])
    const request = {
      model,
      messages,
      tools: [{ type: 'function' as const, function: { name: 'weather', parameters: { type: 'object' } } }],
      tool_choice: { type: 'function' as const, function: { name: 'weather' } },
    }
    const call = { id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } }
    const whole = await clientOf(ports).chat.completions.create(request)
    expect(whole.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { content: null, tool_calls: [call] },
    })
    expect(ports.requests[0]!.toolChoice).toEqual({ name: 'weather' })
    const runner = clientOf(ports).chat.completions.stream(request)
    expect((await runner.finalMessage()).tool_calls?.[0]).toMatchObject(call)
  })

  it('embeds: base64 on the wire gives the same numbers as floats', async () => {
    const client = clientOf(createFakePorts())
    const input = ['red lamp', 'blue chair']
    const packed = await client.embeddings.create({ model: 'bge', input })
    const plain = await client.embeddings.create({ model: 'bge', input, encoding_format: 'float' })
    expect(packed.data.map(({ embedding }) => embedding)).toEqual(plain.data.map(({ embedding }) => embedding))
    expect(packed.data[0]!.embedding).toHaveLength(8)
    expect(packed.usage).toEqual({ prompt_tokens: 4, total_tokens: 4 })
  })

  it('lists models and gets one by id', async () => {
    const client = clientOf(createFakePorts())
    const ids: string[] = []
    for await (const { id } of client.models.list()) ids.push(id)
    expect(ids).toContain('anthropic/claude:x')
    expect((await client.models.retrieve('anthropic/claude:x')).owned_by).toBe('anthropic')
  })

  it('throws its own error classes, with our message, code and request id', async () => {
    const client = clientOf(createFakePorts())
    const missing = await client.embeddings.create({ model: 'nope', input: 'x' }).catch((error: unknown) => error)
    expect(missing).toBeInstanceOf(NotFoundError)
    expect((missing as APIError).message).toContain('There is: bge.')
    expect((missing as APIError).requestID).toMatch(/^req_/)
    const invalid = await client.chat.completions
      .create({ model, messages, temperature: 99 })
      .catch((error: unknown) => error)
    expect(invalid).toBeInstanceOf(BadRequestError)
    expect((invalid as APIError).param).toBe('temperature')
  })

  it('throws in the middle of a stream that fails, after the text that came', async () => {
    const error = new RtError({ code: 'engine_crashed', message: 'the engine stopped.' }).toJSON()
    const client = clientOf(
      createFakePorts([], async function* () {
        yield { type: 'text-delta', text: 'Hel' }
        yield { type: 'error', error }
      }),
    )
    let text = ''
    const read = async (): Promise<void> => {
      const stream = await client.chat.completions.create({ model, messages, stream: true })
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
    }
    await expect(read()).rejects.toMatchObject({ code: 'engine_crashed' })
    expect(text).toBe('Hel')
  })

  it('sends an image, and reads how the model thought', async () => {
    const ports = createFakePorts([], async function* () {
      yield { type: 'reasoning-delta', text: 'Ears.' }
      yield { type: 'text-delta', text: 'A cat.' }
      yield { type: 'finish', finishReason: 'stop', usage: { ...emptyUsage(), cacheRead: 7, output: 5, reasoning: 3 } }
    })
    const url = 'data:image/png;base64,iVBORw0KGgo='
    const content = [{ type: 'image_url' as const, image_url: { url } }]
    const request = { model, messages: [{ role: 'user' as const, content }], reasoning_effort: 'low' as const }
    const answer = await clientOf(ports).chat.completions.create(request)
    expect(answer.choices[0]!.message).toMatchObject({ content: 'A cat.', reasoning_content: 'Ears.' })
    expect(answer.usage!.prompt_tokens_details!.cached_tokens).toBe(7)
    expect(answer.usage!.completion_tokens_details!.reasoning_tokens).toBe(3)
    expect(ports.requests[0]).toMatchObject({
      messages: [{ parts: [{ type: 'file', mediaType: 'image/png', data: url }] }],
      reasoning: { effort: 'low' },
    })
  })

  const failed = async (error: RtErrorOptions, stream: boolean, maxRetries = 0) => {
    const ports = createFakePorts([], async function* () {
      yield { type: 'start', model }
      yield { type: 'error', error: new RtError(error).toJSON() }
    })
    const thrown: unknown = await clientOf(ports, maxRetries)
      .chat.completions.create({ model, messages, stream })
      .catch((reason: unknown) => reason)
    expect(thrown).toBeInstanceOf(APIError)
    return { thrown: thrown as APIError, calls: ports.requests.length }
  }
  const limited: RtErrorOptions = { code: 'rate_limited', message: 'm', data: { provider: 'p', retryAfterMs: 1500 } }
  const refused: RtErrorOptions = { code: 'unauthorized', message: 'p refused the key.', data: { provider: 'p' } }
  const spent: RtErrorOptions = { code: 'budget_exceeded', message: 'spent.' }

  it.each([false, true])('is told by a provider’s limit when to come back (stream: %s)', async (stream) => {
    const { thrown } = await failed(limited, stream)
    expect(thrown).toBeInstanceOf(RateLimitError)
    expect(thrown.headers?.get('retry-after')).toBe('2')
  })

  it.each([false, true])('does not take our key’s refusal for its own, nor asks again (stream: %s)', async (stream) => {
    const { thrown, calls } = await failed(refused, stream, 2)
    expect(thrown).toBeInstanceOf(InternalServerError)
    expect([thrown.status, thrown.message, calls]).toEqual([502, expect.stringContaining('p refused the key.'), 1])
  })

  it('does not ask again when the budget is spent', async () => {
    const { thrown, calls } = await failed(spent, true, 2)
    expect(thrown).toBeInstanceOf(RateLimitError)
    expect([thrown.code, thrown.type, calls]).toEqual(['insufficient_quota', 'insufficient_quota', 1])
  })
})
