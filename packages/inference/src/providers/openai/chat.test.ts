import { type Message, type ModelRequest, type Sampling, type StreamPart, collect, createMessage } from '@rt/core'
import { describe, expect, it } from 'vitest'
import { type FakeServer, startFakeServer } from '../../conformance/index.ts'
import { createOpenAI, type OpenAIOptions, PRESETS, type PresetName } from './index.ts'

const chunk = (choices: unknown[], rest: object = {}): string => `data: ${JSON.stringify({ choices, ...rest })}\n\n`
const delta = (part: object, finish: string | null = null): string =>
  chunk([{ index: 0, delta: part, finish_reason: finish }])
const done = delta({}, 'stop')

const play = (server: FakeServer, ...chunks: string[]): void => {
  server.reply = { headers: { 'content-type': 'text/event-stream' }, chunks }
}
const user = (text: string): Message => createMessage('user', text)
const tool = { name: 'weather', description: 'd', parameters: { type: 'object', properties: {} } }

interface Body {
  [key: string]: unknown
  messages: { [key: string]: unknown; role: string }[]
}
const bodies = (server: FakeServer): Body[] => server.requests.map(({ body }) => JSON.parse(body) as Body)

/** Sends one request and gives back its body and the parts of the answer. */
const send = async (
  options: OpenAIOptions,
  request: Partial<ModelRequest> = {},
): Promise<{ body: Body; parts: StreamPart[] }> => {
  await using server = await startFakeServer()
  play(server, delta({ content: 'ok' }), done)
  const model = createOpenAI({ baseURL: server.url, ...options }).languageModel('m')
  const { parts } = await collect(model.stream({ messages: [user('hi')], ...request }))
  return { body: bodies(server)[0]!, parts }
}

describe('presets', () => {
  it('get as much of the sampling as they have names for', async () => {
    const sampling: Sampling = {
      xtc: { probability: 0.5, threshold: 0.1 },
      dry: { multiplier: 0.8 },
      repeatLastTokens: 8,
      logitBias: [
        { token: 5, bias: -100 },
        { token: ' colour', bias: 2 },
      ],
    }
    const request = { messages: [user('hi')], sampling }
    const server = await send({ preset: 'llama-server' }, request)
    expect(server.body).toMatchObject({
      xtc_probability: 0.5,
      xtc_threshold: 0.1,
      dry_multiplier: 0.8,
      repeat_last_n: 8,
      logit_bias: { 5: -100, ' colour': 2 },
    })
    expect(server.parts.filter(({ type }) => type === 'warning')).toEqual([])
    const openai = await send({ preset: 'openai' }, request)
    expect(openai.body['logit_bias']).toEqual({ 5: -100 })
    expect(openai.parts).toContainEqual({
      type: 'warning',
      id: 'sampling-unsupported',
      message: 'openai takes no repeatLastTokens, xtc.probability, xtc.threshold, dry.multiplier, logitBias of texts.',
    })
    expect((await send({ preset: 'groq' }, request)).body).not.toHaveProperty('logit_bias')
  })

  it('tell logprobs where they can, and are warned of where not', async () => {
    await using server = await startFakeServer()
    const chance = { token: 'ok', logprob: -0.25, bytes: [111, 107] }
    const logprobs = { content: [{ ...chance, top_logprobs: [chance, { token: 'no' }] }], refusal: null }
    play(server, chunk([{ index: 0, delta: { content: 'ok' }, finish_reason: null, logprobs }]), done)
    const model = createOpenAI({ baseURL: server.url }).languageModel('m')
    const { parts } = await collect(model.stream({ messages: [user('hi')], logprobs: { top: 2 } }))
    expect(bodies(server)[0]).toMatchObject({ logprobs: true, top_logprobs: 2 })
    expect(parts).toContainEqual({ type: 'text-delta', text: 'ok', logprobs: [{ ...chance, top: [chance] }] })

    const groq = await send({ preset: 'groq' }, { logprobs: { top: 2 } })
    expect(groq.body).not.toHaveProperty('logprobs')
    expect(groq.parts).toContainEqual({
      type: 'warning',
      id: 'logprobs-unsupported',
      message: 'groq tells no logprobs.',
    })
  })

  it('are asked for the same in their own words', async () => {
    const shapes: Record<string, unknown> = {}
    for (const preset of Object.keys(PRESETS) as PresetName[]) {
      const { body, parts } = await send(
        { preset },
        {
          messages: [createMessage('system', 'Be brief.'), user('hi')],
          tools: [tool, { ...tool, name: 'time' }],
          toolChoice: { name: 'weather' },
          maxOutputTokens: 9,
          sampling: { temperature: 0, topK: 5, seed: 1 },
          reasoning: { effort: 'low' },
        },
      )
      const { model: _, stream: __, messages, tools, ...rest } = body
      const warned = parts.flatMap((part) => (part.type === 'warning' ? [part.id] : []))
      shapes[preset] = { role: messages[0]?.role, tools: (tools as unknown[]).length, ...rest, warned }
    }
    expect(shapes).toMatchInlineSnapshot(`
      {
        "deepseek": {
          "max_tokens": 9,
          "role": "system",
          "stream_options": {
            "include_usage": true,
          },
          "temperature": 0,
          "tool_choice": {
            "function": {
              "name": "weather",
            },
            "type": "function",
          },
          "tools": 2,
          "warned": [
            "sampling-unsupported",
          ],
        },
        "gemini": {
          "max_tokens": 9,
          "reasoning_effort": "low",
          "role": "system",
          "stream_options": {
            "include_usage": true,
          },
          "temperature": 0,
          "tool_choice": {
            "function": {
              "name": "weather",
            },
            "type": "function",
          },
          "tools": 2,
          "warned": [
            "sampling-unsupported",
          ],
        },
        "groq": {
          "max_completion_tokens": 9,
          "reasoning_effort": "low",
          "role": "system",
          "seed": 1,
          "stream_options": {
            "include_usage": true,
          },
          "temperature": 0,
          "tool_choice": {
            "function": {
              "name": "weather",
            },
            "type": "function",
          },
          "tools": 2,
          "warned": [
            "sampling-unsupported",
          ],
        },
        "llama-server": {
          "max_tokens": 9,
          "role": "system",
          "seed": 1,
          "stream_options": {
            "include_usage": true,
          },
          "temperature": 0,
          "tool_choice": "required",
          "tools": 1,
          "top_k": 5,
          "warned": [],
        },
        "lmstudio": {
          "max_tokens": 9,
          "role": "system",
          "seed": 1,
          "stream_options": {
            "include_usage": true,
          },
          "temperature": 0,
          "tool_choice": "required",
          "tools": 1,
          "top_k": 5,
          "warned": [],
        },
        "mistral": {
          "max_tokens": 9,
          "random_seed": 1,
          "role": "system",
          "temperature": 0,
          "tool_choice": {
            "function": {
              "name": "weather",
            },
            "type": "function",
          },
          "tools": 2,
          "warned": [
            "sampling-unsupported",
          ],
        },
        "ollama": {
          "max_tokens": 9,
          "reasoning_effort": "low",
          "role": "system",
          "seed": 1,
          "stream_options": {
            "include_usage": true,
          },
          "temperature": 0,
          "tools": 1,
          "warned": [
            "sampling-unsupported",
            "tool-choice-unsupported",
          ],
        },
        "openai": {
          "max_completion_tokens": 9,
          "reasoning_effort": "low",
          "role": "developer",
          "seed": 1,
          "stream_options": {
            "include_usage": true,
          },
          "temperature": 0,
          "tool_choice": {
            "function": {
              "name": "weather",
            },
            "type": "function",
          },
          "tools": 2,
          "warned": [
            "sampling-unsupported",
          ],
        },
        "openrouter": {
          "max_tokens": 9,
          "reasoning": {
            "effort": "low",
          },
          "role": "system",
          "seed": 1,
          "stream_options": {
            "include_usage": true,
          },
          "temperature": 0,
          "tool_choice": {
            "function": {
              "name": "weather",
            },
            "type": "function",
          },
          "tools": 2,
          "top_k": 5,
          "warned": [],
        },
        "tgi": {
          "max_tokens": 9,
          "role": "system",
          "seed": 1,
          "stream_options": {
            "include_usage": true,
          },
          "temperature": 0,
          "tool_choice": {
            "function": {
              "name": "weather",
            },
            "type": "function",
          },
          "tools": 2,
          "warned": [
            "sampling-unsupported",
          ],
        },
        "together": {
          "max_tokens": 9,
          "reasoning_effort": "low",
          "role": "system",
          "seed": 1,
          "stream_options": {
            "include_usage": true,
          },
          "temperature": 0,
          "tool_choice": {
            "function": {
              "name": "weather",
            },
            "type": "function",
          },
          "tools": 2,
          "top_k": 5,
          "warned": [],
        },
        "vllm": {
          "max_tokens": 9,
          "reasoning_effort": "low",
          "role": "system",
          "seed": 1,
          "stream_options": {
            "include_usage": true,
          },
          "temperature": 0,
          "tool_choice": {
            "function": {
              "name": "weather",
            },
            "type": "function",
          },
          "tools": 2,
          "top_k": 5,
          "warned": [],
        },
      }
    `)
  })

  it('fall back to words where a schema is not taken, or not beside tools', async () => {
    const output = { type: 'json', schema: { type: 'object', properties: { a: { type: 'string' } } } } as const
    const alone = await send({ preset: 'deepseek' }, { output })
    expect(alone.body['response_format']).toEqual({ type: 'json_object' })
    expect(String(alone.body.messages.at(-1)?.['content'])).toContain('"properties":{"a"')
    const beside = await send({ preset: 'gemini' }, { output, tools: [tool] })
    expect(beside.body['response_format']).toBeUndefined()
    expect(String(beside.body.messages.at(-1)?.['content'])).toContain('"properties":{"a"')
    const whole = await send({ preset: 'openai' }, { output, tools: [tool] })
    expect(whole.body['response_format']).toMatchObject({ type: 'json_schema', json_schema: { strict: false } })
  })

  it('refuse what they do not know', () => {
    expect(() => createOpenAI({ preset: 'acme' as PresetName })).toThrow(/no preset "acme"/)
    expect(() => createOpenAI({ baseURL: 'localhost:8000' })).toThrow(/not an http or https address/)
  })
})

describe('chat streams', () => {
  const read = async (...chunks: string[]): Promise<{ parts: StreamPart[]; messages: Message[] }> => {
    await using server = await startFakeServer()
    play(server, ...chunks)
    const model = createOpenAI({ baseURL: server.url }).languageModel('m')
    return await collect(model.stream({ messages: [user('hi')] }))
  }
  const ends = (parts: StreamPart[]): unknown[] =>
    parts.flatMap((part) => (part.type === 'tool-call-end' ? [[part.name, part.arguments]] : []))
  const call = (name: string, args: string, rest: object = {}): object => ({
    ...rest,
    function: { name, arguments: args },
  })

  it('take calls without an index, and with the same index twice', async () => {
    const whole = await read(
      delta({ tool_calls: [call('a', '{"x":1}', { id: '1' }), call('b', '{}', { id: '2' })] }),
      delta({ tool_calls: [call('c', '{}')] }),
      done,
    )
    expect(ends(whole.parts)).toEqual([
      ['a', { x: 1 }],
      ['b', {}],
      ['c', {}],
    ])
    expect(whole.parts.at(-1)).toMatchObject({ finishReason: 'tool-calls' })
    const same = await read(
      delta({ tool_calls: [call('a', '{"x"', { index: 0, id: '1' })] }),
      delta({ tool_calls: [{ index: 0, function: { arguments: ':1}' } }] }),
      delta({ tool_calls: [call('b', '{}', { index: 0, id: '2' })] }),
      done,
    )
    expect(ends(same.parts)).toEqual([
      ['a', { x: 1 }],
      ['b', {}],
    ])
  })

  it('take thinking as a list, and usage in its odd places', async () => {
    const { parts } = await read(
      delta({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }] }),
      delta({ content: [{ type: 'text', text: 'yes' }] }),
      chunk([{ index: 0, delta: {}, finish_reason: 'stop' }], {
        x_groq: {
          usage: {
            prompt_tokens: 5,
            completion_tokens: 2,
            total_tokens: 10,
            completion_tokens_details: { reasoning_tokens: 3 },
          },
        },
      }),
    )
    expect(parts).toContainEqual({ type: 'reasoning-delta', text: 'hm' })
    expect(parts).toContainEqual({ type: 'text-delta', text: 'yes' })
    expect(parts.at(-1)).toMatchObject({ usage: { input: 5, output: 5, reasoning: 3 } })
  })

  it('send back what was attached to a call and to reasoning, and only to whom it came from', async () => {
    await using server = await startFakeServer()
    const extra = { google: { thought_signature: 'sig' } }
    const details = [{ type: 'reasoning.encrypted', data: 'abc' }]
    play(
      server,
      delta({ reasoning: 'hm', reasoning_details: details }),
      delta({
        tool_calls: [{ index: 0, id: '1', function: { name: 'weather', arguments: '{}' }, extra_content: extra }],
      }),
      done,
    )
    const provider = createOpenAI({ id: 'gem', baseURL: server.url })
    const { messages } = await collect(provider.languageModel('m').stream({ messages: [user('hi')], tools: [tool] }))
    const thread = [
      user('hi'),
      ...messages,
      createMessage('tool', [{ type: 'tool-result', id: '1', name: 'weather', result: { sky: 'blue' } }]),
    ]
    await collect(provider.languageModel('m').stream({ messages: thread }))
    await collect(createOpenAI({ id: 'other', baseURL: server.url }).languageModel('m').stream({ messages: thread }))
    const [, own, other] = bodies(server)
    expect(own!.messages[1]).toEqual({
      role: 'assistant',
      content: null,
      tool_calls: [{ id: '1', type: 'function', function: { name: 'weather', arguments: '{}' }, extra_content: extra }],
      reasoning_details: details,
    })
    expect(own!.messages[2]).toEqual({ role: 'tool', tool_call_id: '1', content: '{"sky":"blue"}' })
    expect(JSON.stringify(other)).not.toContain('sig')
    expect(JSON.stringify(other)).not.toContain('abc')
  })
})
