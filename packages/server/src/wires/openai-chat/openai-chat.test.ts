import { emptyUsage, type JsonObject, RtError, type StreamPart } from '@rt/core'
import { createFakeClock } from '@rt/core/testing'
import { describe, expect, it } from 'vitest'
import { chatBody, createFakePorts, type FakePorts, post } from '../../__fixtures__/fake-ports.ts'
import { createWatchedClock } from '../../__fixtures__/watched-clock.ts'
import { createApp, type ErrorBody } from '../../index.ts'

const PATH = '/v1/chat/completions'
const USAGE = { ...emptyUsage(), input: 3, cacheRead: 5, output: 2, reasoning: 1 }

type Event = Record<string, unknown> & {
  choices?: { delta: Record<string, unknown>; finish_reason: string | null }[]
}

/** The events of a stream, `[DONE]` as itself, comments as `: …`. */
const eventsOf = async (response: Response): Promise<(Event | string)[]> =>
  (await response.text())
    .split('\n\n')
    .filter(Boolean)
    .map((block) => (block.startsWith('data: {') ? (JSON.parse(block.slice(6)) as Event) : block.replace('data: ', '')))

async function* partsOf(...parts: StreamPart[]): AsyncGenerator<StreamPart> {
  yield* parts
}

describe('an answer that has begun is ended in the runtime too', () => {
  const begin = async (parts: StreamPart[]) => {
    const ended = Promise.withResolvers<void>()
    const ports = createFakePorts([], async function* () {
      try {
        for (;;) yield* parts
      } finally {
        ended.resolve()
      }
    })
    return { response: await createApp(ports).fetch(post(PATH, chatBody({ stream: true }))), ended: ended.promise }
  }
  const words: StreamPart[] = [{ type: 'text-delta', text: 'word ' }]

  it('when nobody reads it', async () => {
    const { response, ended } = await begin(words)
    await response.body!.cancel()
    await ended
  })

  it.each([1, 2, 3])('when its reader leaves after %i pieces', async (pieces) => {
    const { response, ended } = await begin(words)
    const reader = response.body!.getReader()
    for (let piece = 0; piece < pieces; piece++) await reader.read()
    await reader.cancel()
    await ended
  })

  it('when it is a failure', async () => {
    const { response, ended } = await begin([
      { type: 'error', error: { code: 'overloaded', message: 'm', retryable: true } },
    ])
    expect(response.status).toBe(503)
    await ended
  })
})

describe('decoding', () => {
  const send = async (body: unknown, headers?: Record<string, string>) => {
    const ports = createFakePorts()
    const response = await createApp(ports).fetch(post(PATH, body, headers))
    return {
      status: response.status,
      body: (await response.json()) as ErrorBody & Record<string, never>,
      request: ports.requests[0],
    }
  }

  it('maps a full request to the port', async () => {
    const { request } = await send({
      model: 'smollm2:135m',
      messages: [
        {
          role: 'developer',
          content: [
            { type: 'text', text: 'Be ' },
            { type: 'text', text: 'brief.' },
          ],
        },
        { role: 'user', content: 'Weather?', name: 'ada' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: '{"celsius":4}' },
      ],
      tools: [
        {
          type: 'function',
          function: { name: 'weather', description: 'd', parameters: { type: 'object' }, strict: true },
        },
      ],
      tool_choice: { type: 'function', function: { name: 'weather' } },
      response_format: { type: 'json_schema', json_schema: { name: 'n', strict: true, schema: { type: 'object' } } },
      temperature: 0,
      top_p: 0.5,
      seed: 7,
      stop: 'END',
      max_tokens: 9,
      max_completion_tokens: 8,
      presence_penalty: 1,
      frequency_penalty: -1,
      rt: { thread: 'ada', retrieve: 'handbook', tools: ['now'], label: 'local-only' },
    })
    expect(request).toMatchObject({
      model: 'smollm2:135m',
      principal: 'local',
      messages: [
        { role: 'system', parts: [{ type: 'text', text: 'Be brief.' }] },
        { role: 'user', parts: [{ type: 'text', text: 'Weather?' }] },
        { role: 'assistant', parts: [{ type: 'tool-call', id: 'c1', name: 'weather', arguments: { city: 'Oslo' } }] },
        { role: 'tool', parts: [{ type: 'tool-result', id: 'c1', name: 'weather', result: '{"celsius":4}' }] },
      ],
      tools: [{ name: 'weather', description: 'd', parameters: { type: 'object' } }],
      toolChoice: { name: 'weather' },
      output: { type: 'json', name: 'n', schema: { type: 'object' } },
      sampling: { temperature: 0, topP: 0.5, seed: 7, presencePenalty: 1, frequencyPenalty: -1 },
      stop: ['END'],
      maxOutputTokens: 8,
      thread: 'ada',
      retrieve: 'handbook',
      serverTools: ['now'],
      label: 'local-only',
    })
  })

  it('takes a grammar as llama-server does, and no other form beside it', async () => {
    const gbnf = 'root ::= "yes" | "no"'
    const { request } = await send(chatBody({ grammar: gbnf, response_format: { type: 'text' } }))
    expect(request?.output).toEqual({ type: 'grammar', gbnf })
    const { status, body } = await send(chatBody({ grammar: gbnf, response_format: { type: 'json_object' } }))
    expect([status, body]).toMatchObject([400, { error: { param: 'grammar' } }])
  })

  it('leaves out what is null, and takes the thread from the header', async () => {
    const { status, request } = await send(
      chatBody({ temperature: null, stop: null, tools: null, rt: null, response_format: null, n: null, seed: null }),
      { 'x-rt-thread': 'bob' },
    )
    expect(status).toBe(200)
    expect(request).toMatchObject({ thread: 'bob', sampling: {} })
    expect(Object.keys(request!).toSorted()).toEqual(['messages', 'principal', 'sampling', 'thread'])
  })

  it.each([
    ['201 characters', `${'x'.repeat(200)}a`],
    ['no character', ''],
  ])('refuses a thread of %s in the header, as in the body', async (_what, thread) => {
    const inHeader = await send(chatBody(), { 'x-rt-thread': thread })
    expect(inHeader.status).toBe(400)
    expect(inHeader.body.error).toMatchObject({ code: 'invalid_request', param: 'x-rt-thread' })
    expect(inHeader.request).toBeUndefined()
    expect((await send(chatBody({ rt: { thread } }))).status).toBe(400)
    expect((await send(chatBody(), { 'x-rt-thread': 'x'.repeat(200) })).status).toBe(200)
  })

  it('lets a tool message answer a call of an earlier turn only in a thread', async () => {
    const messages = [{ role: 'tool', tool_call_id: 'c9', content: 'ok' }]
    expect((await send({ messages })).body.error.param).toBe('messages[0].tool_call_id')
    expect((await send({ messages, rt: { thread: 't' } })).status).toBe(200)
  })

  it('accepts fields it does not know and says that they have no effect', async () => {
    const { status, body } = await send(chatBody({ typical_p: 0.5, user: 'u', store: false, rt: { memory: true } }))
    expect(status).toBe(200)
    const { warnings } = (body as unknown as { rt: { warnings: { id: string; message: string }[] } }).rt
    expect(warnings.map(({ message }) => message.split(' ')[0])).toEqual(['typical_p', 'rt.memory'])
  })

  const user = { role: 'user', content: 'x' }
  const tool = { type: 'function', function: { name: 't' } }
  it.each<[string, object | string]>([
    ['messages', {}],
    ['messages', { messages: [] }],
    ['messages', { messages: 'hi' }],
    ['messages[0].role', { messages: [{ role: 'wizard', content: 'x' }] }],
    ['messages[1].content', { messages: [user, { role: 'user', content: 5 }] }],
    ['messages[0].content[0].text', { messages: [{ role: 'user', content: [{ type: 'text', text: 5 }] }] }],
    ['messages[0].content[0].text', { messages: [{ role: 'user', content: [{ type: 'text' }] }] }],
    [
      'messages[0].tool_calls[0].function.arguments',
      { messages: [{ role: 'assistant', tool_calls: [{ id: 'a', function: { name: 't', arguments: '{' } }] }] },
    ],
    ['temperature', `{"messages":[{"role":"user","content":"x"}],"temperature":1e400}`],
    ['temperature', chatBody({ temperature: -1 })],
    ['temperature', chatBody({ temperature: '0' })],
    ['temperature', chatBody({ temperature: 9 })],
    ['top_p', chatBody({ top_p: 2 })],
    ['top_k', chatBody({ top_k: -1 })],
    ['top_k', chatBody({ top_k: 2 ** 31 })],
    ['repeat_last_n', chatBody({ repeat_last_n: -2 })],
    ['max_tokens', chatBody({ max_tokens: -1 })],
    ['max_tokens', chatBody({ max_tokens: 1.5 })],
    ['max_completion_tokens', chatBody({ max_completion_tokens: 0 })],
    ['seed', `{"messages":[{"role":"user","content":"x"}],"seed":18446744073709551616}`],
    ['stop', chatBody({ stop: '' })],
    ['stop[1]', chatBody({ stop: ['a', 5] })],
    ['stream', chatBody({ stream: 'yes' })],
    ['tools[1].function.name', chatBody({ tools: [tool, tool] })],
    ['tools[0].function.name', chatBody({ tools: [{ type: 'function', function: { name: 'a b' } }] })],
    [
      'tools[0].function.parameters',
      chatBody({ tools: [{ type: 'function', function: { name: 'a', parameters: [] } }] }),
    ],
    ['tool_choice', chatBody({ tool_choice: 'required' })],
    ['tool_choice', chatBody({ tool_choice: 'sometimes' })],
    [
      'tool_choice.function.name',
      chatBody({ tools: [tool], tool_choice: { type: 'function', function: { name: 'u' } } }),
    ],
    ['response_format.type', chatBody({ response_format: { type: 'xml' } })],
    ['rt.thread', chatBody({ rt: { thread: 'a\u0000b' } })],
    ['rt.label', chatBody({ rt: { label: 'local' } })],
    ['rt.label', chatBody({ rt: { label: '' } })],
    ['rt', chatBody({ rt: { lable: 'local-only' } as never })],
    ['rt.label', chatBody({ rt: { label: ['local-only'] } })],
    ['model', chatBody({ model: '../../etc/passwd' })],
    ['model', chatBody({ model: '/models/a.gguf' })],
    ['model', chatBody({ model: 'hf:owner/repo/file.gguf' })],
    ['model', chatBody({ model: 'https://evil.com/m' })],
    ['model', chatBody({ model: 'a\\b' })],
    ['model', chatBody({ model: 'x'.repeat(4096) })],
    ['model', chatBody({ model: 'a\u0000' })],
  ])('says 400 naming %s', async (param, body) => {
    const result = await send(body)
    expect(result.status).toBe(400)
    expect(result.body.error).toMatchObject({ type: 'invalid_request_error', code: 'invalid_request', param })
    expect(result.body.error.message).toContain(param)
    expect(result.request).toBeUndefined()
  })

  it.each<[string, object]>([
    ['n', chatBody({ n: 2 })],
    ['tools[0].type', chatBody({ tools: [{ type: 'custom', custom: { name: 'x' } }] })],
    [
      'messages[0].content[1]',
      {
        messages: [
          {
            role: 'system',
            content: [
              { type: 'text', text: 'What?' },
              { type: 'image_url', image_url: { url: 'https://a.b/c.png' } },
            ],
          },
        ],
      },
    ],
  ])('says unsupported for %s', async (param, body) => {
    const result = await send(body)
    expect(result.status).toBe(400)
    expect(result.body.error).toMatchObject({ code: 'unsupported', param })
  })
})

describe('a whole answer', () => {
  it('carries usage, reasoning, and the rt field', async () => {
    const context = {
      limit: 100,
      used: 8,
      by: { system: 1, tools: 0, memory: 0, retrieval: 3, history: 4 },
      trimmed: [],
    }
    const citation = { index: 1, source: 'travel.md', chunkId: 'k', headings: ['Travel'], start: 0, end: 9, quote: 'q' }
    const ports = createFakePorts([], () =>
      partsOf(
        { type: 'start', model: 'm', traceId: 'ab12' },
        { type: 'warning', id: 'w', message: 'careful' },
        { type: 'context', context },
        { type: 'reasoning-delta', text: 'Hm.' },
        { type: 'text-delta', text: '400 NOK' },
        { type: 'citation', citation: { type: 'citation', ...citation } },
        { type: 'finish', finishReason: 'length', usage: USAGE },
      ),
    )
    const response = await createApp(ports, { clock: createFakeClock(5000) }).fetch(post(PATH, chatBody()))
    expect(await response.json()).toEqual({
      id: expect.stringMatching(/^chatcmpl-[0-9a-f]{32}$/),
      object: 'chat.completion',
      created: 5,
      model: 'm',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: '400 NOK', refusal: null, reasoning_content: 'Hm.', reasoning: 'Hm.' },
          logprobs: null,
          finish_reason: 'length',
        },
      ],
      usage: {
        prompt_tokens: 8,
        completion_tokens: 2,
        total_tokens: 10,
        prompt_tokens_details: { cached_tokens: 5 },
        completion_tokens_details: { reasoning_tokens: 1 },
      },
      rt: { traceId: 'ab12', context, warnings: [{ id: 'w', message: 'careful' }], citations: [citation] },
    })
  })

  it.each([false, true])('passes arguments that are no JSON on as they were written, streamed: %s', async (stream) => {
    const tools = [{ type: 'function', function: { name: 'now', parameters: { type: 'object' } } }]
    const end: StreamPart = { type: 'tool-call-end', id: 'c', name: 'now', arguments: '{"zone": "Ber' }
    const finish: StreamPart = { type: 'finish', finishReason: 'tool-calls', usage: USAGE }
    const ports = createFakePorts([{ parts: [end, finish] }])
    const text = await (await createApp(ports).fetch(post(PATH, chatBody({ tools, stream })))).text()
    expect(text).toContain(String.raw`"arguments":"{\"zone\": \"Ber"`)
  })

  it('hides calls of the runtime’s own tools, which nobody waits for', async () => {
    const ports = createFakePorts([{ toolCalls: [{ name: 'now', arguments: {} }], text: 'Noon.' }])
    const body = (await (await createApp(ports).fetch(post(PATH, chatBody({ rt: { tools: ['now'] } })))).json()) as {
      choices: { message: object; finish_reason: string }[]
    }
    expect(body.choices[0]).toMatchObject({ message: { content: 'Noon.' }, finish_reason: 'stop' })
    expect(body.choices[0]!.message).not.toHaveProperty('tool_calls')
  })

  it.each<[StreamPart, number, string]>([
    [
      {
        type: 'error',
        error: new RtError({
          code: 'context_overflow',
          message: 'needs 3000 of 2048 tokens.',
          hint: 'Shorten it.',
          data: { needed: 3000 },
        }).toJSON(),
      },
      400,
      'context_length_exceeded',
    ],
    [
      { type: 'error', error: new RtError({ code: 'engine_crashed', message: 'gone.' }).toJSON() },
      503,
      'engine_crashed',
    ],
    [
      { type: 'error', error: new RtError({ code: 'model_not_found', message: 'no.' }).toJSON() },
      404,
      'model_not_found',
    ],
    [{ type: 'abort', reason: 'x' }, 499, 'aborted'],
    [{ type: 'text-delta', text: 'and then nothing' }, 500, 'internal'],
  ])('turns the terminal part %# into a status, streamed or not', async (part, status, code) => {
    const app = createApp(
      createFakePorts([], () => partsOf({ type: 'start', model: 'm' }, part)),
      { onError: () => {} },
    )
    const response = await app.fetch(post(PATH, chatBody()))
    expect(response.status).toBe(status)
    expect(((await response.json()) as ErrorBody).error.code).toBe(code)
    if (part.type === 'text-delta') return
    expect((await app.fetch(post(PATH, chatBody({ stream: true })))).status).toBe(status)
  })
})

describe('a stream', () => {
  it('is role, deltas, finish, usage, [DONE], with rt on the last chunk', async () => {
    const app = createApp(createFakePorts(['Hello you.']))
    const response = await app.fetch(post(PATH, chatBody({ stream: true, stream_options: { include_usage: true } })))
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    const events = await eventsOf(response)
    expect(events.at(-1)).toBe('[DONE]')
    const chunks = events.slice(0, -1) as Event[]
    expect(chunks.map(({ choices }) => choices![0]?.delta)).toEqual([
      { role: 'assistant', content: '' },
      { content: 'Hello ' },
      { content: 'you.' },
      {},
      undefined,
    ])
    expect(chunks[3]!.choices![0]!.finish_reason).toBe('stop')
    expect(chunks[3]).toHaveProperty('usage', null)
    expect(chunks[4]).toMatchObject({ choices: [], usage: { completion_tokens: 2 }, rt: { citations: [] } })
    expect(chunks.filter((chunk) => 'rt' in chunk)).toHaveLength(1)
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1)
    expect(new Set(chunks.map(({ model }) => model))).toEqual(new Set(['smollm2:135m']))
  })

  it('puts rt on the finish chunk when no usage is asked for', async () => {
    const events = await eventsOf(await createApp(createFakePorts()).fetch(post(PATH, chatBody({ stream: true }))))
    expect(events.at(-2)).toMatchObject({ choices: [{ finish_reason: 'stop' }], rt: { warnings: [] } })
    expect(events.at(-2)).not.toHaveProperty('usage')
  })

  it('gives id, type and name of a call once, and every call its index', async () => {
    const toolCalls: { id: string; name: string; arguments: JsonObject }[] = [
      { id: 'a', name: 't', arguments: { x: 1 } },
      { id: 'b', name: 'hidden', arguments: {} },
      { id: 'c', name: 't', arguments: { x: 2 } },
    ]
    const tools = [{ type: 'function', function: { name: 't' } }]
    const app = createApp(createFakePorts([{ toolCalls }]))
    const events = await eventsOf(await app.fetch(post(PATH, chatBody({ stream: true, tools }))))
    const calls = events.flatMap((event) =>
      typeof event === 'object' ? (event.choices?.[0]?.delta.tool_calls ?? []) : [],
    )
    expect(calls).toEqual([
      { index: 0, id: 'a', type: 'function', function: { name: 't', arguments: '' } },
      { index: 0, function: { arguments: '{"x":1}' } },
      { index: 1, id: 'c', type: 'function', function: { name: 't', arguments: '' } },
      { index: 1, function: { arguments: '{"x":2}' } },
    ])
    expect(events.at(-2)).toMatchObject({ choices: [{ finish_reason: 'tool_calls' }] })
  })

  it('shows a call whole that comes in one part', async () => {
    const tools = [{ type: 'function', function: { name: 't' } }]
    const end: StreamPart = { type: 'tool-call-end', id: 'a', name: 't', arguments: { x: 1 } }
    const ports = createFakePorts([], () => partsOf(end, { type: 'finish', finishReason: 'tool-calls', usage: USAGE }))
    const events = await eventsOf(await createApp(ports).fetch(post(PATH, chatBody({ stream: true, tools }))))
    expect(events.slice(1, 3)).toMatchObject([
      { choices: [{ delta: { tool_calls: [{ index: 0, id: 'a', function: { name: 't' } }] } }] },
      { choices: [{ delta: { tool_calls: [{ index: 0, function: { arguments: '{"x":1}' } }] } }] },
    ])
  })

  it('keeps a failure for the reader that comes late', async () => {
    const clock = createWatchedClock()
    const gate = Promise.withResolvers<void>()
    const ports = createFakePorts([], async function* () {
      await gate.promise
      yield { type: 'text-delta', text: 'never' }
    })
    const unhandled: unknown[] = []
    const listen = (error: unknown): void => void unhandled.push(error)
    process.on('unhandledRejection', listen)
    const answer = createApp(ports, { clock, openingMs: 100, onError: () => {} }).fetch(
      post(PATH, chatBody({ stream: true })),
    )
    await clock.whenSleeping(1)
    await clock.advance(100)
    const response = await answer
    gate.reject(new Error('boom'))
    // Node reports what nobody handles when the turn is over.
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', listen)
    expect(unhandled).toEqual([])
    expect((await eventsOf(response)).at(-1)).toMatchObject({ error: { code: 'internal' } })
  })

  it('ends with an error event and no [DONE] when it fails on the way', async () => {
    const error = new RtError({ code: 'engine_crashed', message: 'the engine stopped.', hint: 'Ask again.' }).toJSON()
    const ports = createFakePorts([], () => partsOf({ type: 'text-delta', text: 'Hel' }, { type: 'error', error }))
    const events = await eventsOf(await createApp(ports).fetch(post(PATH, chatBody({ stream: true }))))
    expect(events).toHaveLength(3)
    expect(events.at(-1)).toMatchObject({
      error: { code: 'engine_crashed', message: 'the engine stopped. Ask again.' },
    })
  })

  it.each(['throws', 'ends without a terminal part'])('ends with an error event when the port %s', async (how) => {
    const ports = createFakePorts([], async function* () {
      yield { type: 'text-delta', text: 'Hel' }
      if (how === 'throws') throw new Error('boom')
    })
    const events = await eventsOf(
      await createApp(ports, { onError: () => {} }).fetch(post(PATH, chatBody({ stream: true }))),
    )
    expect(events.at(-1)).toMatchObject({ error: { code: 'internal' } })
  })

  it('sends headers and the role when the opening takes long, then a comment in every silence, then goes on', async () => {
    const clock = createWatchedClock()
    const gate = Promise.withResolvers<void>()
    const ports = createFakePorts([], async function* () {
      await gate.promise
      yield { type: 'text-delta', text: 'late' }
      yield { type: 'finish', finishReason: 'stop', usage: USAGE }
    })
    const answer = createApp(ports, { clock, openingMs: 100 }).fetch(post(PATH, chatBody({ stream: true })))
    await clock.whenSleeping(1)
    await clock.advance(100)
    const reader = (await answer).body!.pipeThrough(new TextDecoderStream()).getReader()
    expect((await reader.read()).value).toContain('"role":"assistant"')
    for (let silence = 0; silence < 2; silence++) {
      const next = reader.read()
      await clock.whenSleeping(1)
      await clock.advance(10_000)
      expect((await next).value).toBe(': ping\n\n')
    }
    gate.resolve()
    expect((await reader.read()).value).toContain('late')
    expect((await reader.read()).value).toContain('"finish_reason":"stop"')
    expect((await reader.read()).value).toBe('data: [DONE]\n\n')
    expect((await reader.read()).done).toBe(true)
    await clock.whenSleeping(0)
  })

  it('aborts the port when the reader cancels, and produces only what is read', async () => {
    let produced = 0
    const ports = createFakePorts([], async function* (_request, signal) {
      while (!signal.aborted) yield { type: 'text-delta', text: String(produced++) }
      yield { type: 'abort', reason: 'gone' }
    })
    const response = await createApp(ports).fetch(post(PATH, chatBody({ stream: true })))
    const reader = response.body!.getReader()
    for (let i = 0; i < 3; i++) await reader.read()
    expect(produced).toBeLessThan(5)
    await reader.cancel()
    expect(ports.signals[0]!.aborted).toBe(true)
  })

  it('lets go of a port that does not listen to its signal', async () => {
    const clock = createWatchedClock()
    const ports = createFakePorts([], async function* () {
      yield { type: 'text-delta', text: 'word' }
      await new Promise(() => {})
    })
    const response = await createApp(ports, { clock }).fetch(post(PATH, chatBody({ stream: true })))
    const reader = response.body!.getReader()
    for (let i = 0; i < 2; i++) await reader.read()
    const next = reader.read()
    await clock.whenSleeping(1)
    await reader.cancel()
    expect((await next).done).toBe(true)
    await clock.whenSleeping(0)
  })

  it('keeps characters whole that arrive in halves', async () => {
    const parts: StreamPart[] = [...'😀'].flatMap((c) => c.split('')).map((text) => ({ type: 'text-delta', text }))
    const ports = createFakePorts([], () => partsOf(...parts, { type: 'finish', finishReason: 'stop', usage: USAGE }))
    const events = await eventsOf(await createApp(ports).fetch(post(PATH, chatBody({ stream: true }))))
    const text = events
      .map((event) => (typeof event === 'object' ? event.choices?.[0]?.delta.content : undefined))
      .filter((content) => typeof content === 'string')
      .join('')
    expect(text).toBe('😀')
  })
})

describe('a turn that waits for a person', () => {
  const request = { id: 'c1', name: 'remove', arguments: { path: 'a' }, hash: 'h1', reason: 'asks' }
  const waiting = (): FakePorts =>
    createFakePorts([], async function* () {
      yield { type: 'start', model: 'smollm2:135m', run: 'r1' }
      yield { type: 'tool-call-end', id: 'c1', name: 'remove', arguments: { path: 'a' } }
      yield { type: 'approval-request', ...request, run: 'r1' }
      yield { type: 'finish', finishReason: 'approval', usage: emptyUsage() }
    })

  it.each([false, true])('ends with stop and says what waits: streamed %s', async (stream) => {
    const app = createApp(waiting())
    const response = await app.fetch(post('/v1/chat/completions', chatBody({ stream })))
    const text = await response.text()
    const events = stream
      ? text
          .split('\n\n')
          .filter((line) => line.startsWith('data: {'))
          .map((line) => line.slice(6))
      : [text]
    const last = JSON.parse(events.at(-1)!) as { choices: { finish_reason: string; message?: object }[]; rt: object }
    expect(last.choices[0]).toMatchObject({ finish_reason: 'stop' })
    expect(last.choices[0]?.message ?? {}).not.toHaveProperty('tool_calls')
    expect(last.rt).toMatchObject({ run: 'r1', approvals: [request] })
  })
})
