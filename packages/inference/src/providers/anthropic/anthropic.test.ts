import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { collect, createMessage, type JsonSchema, type StreamPart } from '@rt/core'
import { describe, expect, it } from 'vitest'
import { block, frame, message } from './__fixtures__/fake-wire.ts'
import { json, play, stream, user } from './__fixtures__/play.ts'
import { createAnthropic } from './index.ts'

const hello = message([block(0, { type: 'text', text: '' }, [{ type: 'text_delta', text: 'Hi.' }])])
const warnings = (parts: StreamPart[]): string[] =>
  parts.flatMap((part) => (part.type === 'warning' ? [`${part.id}: ${part.message}`] : []))
const tools = [{ name: 'now', description: 'The time.', parameters: { type: 'object', properties: {} } as JsonSchema }]

describe('what a request becomes', () => {
  it('drops sampling under 2026-10-21, and says so', async () => {
    await using stage = await play(hello)
    const parts = await stage.parts('claude-sonnet-4-6', { sampling: { temperature: 0, topP: 0.5, seed: 7 } })
    expect(stage.bodies()[0]).not.toHaveProperty('temperature')
    expect(stage.bodies()[0]).not.toHaveProperty('top_p')
    expect(warnings(parts)).toEqual([
      'sampling_ignored: seed is not sent: anthropic has no such setting.',
      'sampling_ignored: temperature, topP is not sent: API version 2026-10-21 refuses it; version 2023-06-01 takes it.',
    ])
    expect(parts.at(-1)).toMatchObject({ type: 'finish' })
    expect(stage.server.requests[0]!.headers).toMatchObject({
      'anthropic-version': '2026-10-21',
      authorization: 'Bearer key-of-the-test',
    })
  })

  it('sends sampling under 2023-06-01 where the model takes it, and the key as x-api-key', async () => {
    await using stage = await play(hello, { version: '2023-06-01' })
    await stage.ask('claude-3-5-haiku-latest', {
      sampling: { temperature: 0.2, topP: 0.5, topK: 3 },
      stop: ['END', ' '],
    })
    expect(stage.bodies()[0]).toMatchObject({
      temperature: 0.2,
      top_p: 0.5,
      top_k: 3,
      stop_sequences: ['END'],
      max_tokens: 8192,
    })
    const { headers } = stage.server.requests[0]!
    expect([headers['x-api-key'], headers['authorization']]).toEqual(['key-of-the-test', undefined])
    expect(warnings(await stage.parts('claude-opus-5-5', { sampling: { temperature: 0.2 } }))).toEqual([
      'sampling_ignored: temperature is not sent: this model refuses it.',
    ])
  })

  it('takes the key it was given, whatever the environment says', async () => {
    const before = { ...process.env }
    Object.assign(process.env, {
      ANTHROPIC_CUSTOM_HEADERS: 'Authorization: Bearer other',
      ANTHROPIC_BASE_URL: 'http://127.0.0.1:9',
    })
    try {
      await using stage = await play(hello)
      await stage.ask('claude-haiku-4-5')
      expect(stage.server.requests[0]!.headers['authorization']).toBe('Bearer key-of-the-test')
    } finally {
      process.env = before
    }
  })

  it('asks for thinking as the model takes it', async () => {
    await using stage = await play(hello)
    await stage.ask('claude-sonnet-4-5', { reasoning: { budgetTokens: 2000 } })
    await stage.ask('claude-opus-4-6', { reasoning: { effort: 'low' } })
    await stage.ask('claude-opus-4-6', { reasoning: { effort: 'none' } })
    await stage.ask('claude-3-5-haiku-latest', { reasoning: { effort: 'high' } })
    const cut = await stage.parts('claude-sonnet-4-5', { reasoning: { effort: 'high' }, maxOutputTokens: 500 })
    const forced = await stage.parts('claude-opus-4-6', {
      reasoning: { effort: 'high' },
      tools,
      toolChoice: 'required',
    })
    const sent = stage.bodies().map(({ thinking, output_config }) => [thinking, output_config])
    expect(sent).toEqual([
      [{ type: 'enabled', budget_tokens: 2000 }, undefined],
      [{ type: 'adaptive' }, { effort: 'low' }],
      [{ type: 'disabled' }, undefined],
      [undefined, undefined],
      [undefined, undefined],
      [undefined, undefined],
    ])
    expect(warnings(cut)).toHaveLength(1)
    expect(warnings(forced)).toHaveLength(1)
  })

  it('marks tools, system, history and running tools for the cache, and never more than four', async () => {
    await using stage = await play(hello)
    const mark = { cache_control: { type: 'ephemeral' } }
    const messages = [
      createMessage('system', 'Be brief.'),
      createMessage('user', 'One?'),
      createMessage('assistant', 'Two.'),
      createMessage('user', 'Three?'),
      createMessage('assistant', [{ type: 'tool-call', id: 'a', name: 'now', arguments: {} }]),
      createMessage('tool', [{ type: 'tool-result', id: 'a', name: 'now', result: { hour: 3 } }]),
    ]
    await stage.ask('claude-opus-4-6', { messages, tools })
    await stage.ask('claude-opus-4-6', { messages: messages.slice(0, 4), tools })
    const own = {
      type: 'text' as const,
      text: 'x',
      provider: { anthropic: { cacheControl: { type: 'ephemeral', ttl: '1h' } } },
    }
    await stage.ask('claude-opus-4-6', { messages: [user(own, own), ...messages], tools })
    const [running, asked, full] = stage.bodies() as {
      tools: object[]
      system: object[]
      messages: { content: object[] }[]
    }[]
    expect(running!.tools[0]).toMatchObject(mark)
    expect(running!.system[0]).toMatchObject(mark)
    expect(running!.messages.map(({ content }) => 'cache_control' in content.at(-1)!)).toEqual([
      false,
      true,
      false,
      false,
      true,
    ])
    expect(asked!.messages.map(({ content }) => 'cache_control' in content.at(-1)!)).toEqual([false, true, false])
    expect(JSON.stringify(full).match(/cache_control/g)).toHaveLength(4)
    await using plain = await play(hello, { cache: false })
    await plain.ask('claude-opus-4-6', { messages, tools })
    expect(plain.server.requests[0]!.body).not.toContain('cache_control')
  })

  it('pairs calls with results: first in the next turn, strays as text, broken ones answered', async () => {
    await using stage = await play(hello)
    await stage.ask('claude-opus-4-6', {
      messages: [
        createMessage('tool', [{ type: 'tool-result', id: 'gone', name: 'now', result: 'noon' }]),
        createMessage('assistant', [
          { type: 'tool-call', id: 'call:1', name: 'now', arguments: '{"broken' },
          { type: 'tool-call', id: 'b', name: 'now', arguments: {} },
        ]),
        createMessage('tool', [{ type: 'tool-result', id: 'call:1', name: 'now', result: 'late', isError: true }]),
        createMessage('user', 'Well?'),
      ],
    })
    expect(stage.bodies()[0]!['messages']).toMatchObject([
      { role: 'user', content: [{ type: 'text', text: 'Result of an earlier tool call: noon' }] },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'call_1', input: {} }, { id: 'b' }] },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'call_1', content: 'late', is_error: true },
          { type: 'tool_result', tool_use_id: 'b', is_error: true },
          { type: 'text', text: 'Well?' },
        ],
      },
    ])
  })

  it('continues an answer without the white space at its end', async () => {
    await using stage = await play(hello, { cache: false })
    await stage.ask('claude-opus-4-6', {
      messages: [createMessage('user', 'Count.'), createMessage('assistant', 'One, ')],
    })
    expect(stage.bodies()[0]!['messages']).toMatchObject([{}, { content: [{ type: 'text', text: 'One,' }] }])
  })

  it('puts a later system message where it stands, or on top in the old version', async () => {
    const messages = [
      createMessage('system', 'A'),
      createMessage('user', 'B'),
      createMessage('system', 'C'),
      createMessage('user', 'D'),
    ]
    const roles = async (version: '2023-06-01' | '2026-10-21'): Promise<unknown[]> => {
      await using stage = await play(hello, { version, cache: false })
      await stage.ask('claude-opus-4-6', { messages })
      const [body] = stage.bodies() as { system: { text: string }[]; messages: { role: string }[] }[]
      return [body!.system.map(({ text }) => text), body!.messages.map(({ role }) => role)]
    }
    expect(await roles('2026-10-21')).toEqual([['A'], ['user', 'system', 'user']])
    expect(await roles('2023-06-01')).toEqual([['A', 'C'], ['user']])
  })

  it('sends images, PDFs, texts and uploaded files, and refuses other kinds', async () => {
    await using stage = await play(hello)
    const data = new Uint8Array([1, 2, 3])
    await stage.ask('claude-opus-4-6', {
      messages: [
        user(
          { type: 'file', mediaType: 'image/png', data },
          { type: 'file', mediaType: 'image/*', data: 'https://example.com/a.png' },
          { type: 'file', mediaType: 'application/pdf', data: 'data:application/pdf;base64,AQID', name: 'a.pdf' },
          {
            type: 'file',
            mediaType: 'text/markdown',
            data: new TextEncoder().encode('# Grüße'),
            provider: { anthropic: { citations: true } },
          },
          { type: 'file', mediaType: 'application/pdf', data, provider: { anthropic: { fileId: 'file_1' } } },
        ),
      ],
    })
    expect((stage.bodies()[0]!['messages'] as { content: unknown[] }[])[0]!.content).toEqual([
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AQID' } },
      { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
      { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'AQID' }, title: 'a.pdf' },
      {
        type: 'document',
        source: { type: 'text', media_type: 'text/plain', data: '# Grüße' },
        citations: { enabled: true },
      },
      { type: 'document', source: { type: 'file', file_id: 'file_1' } },
    ])
    await expect(
      stage.ask('claude-opus-4-6', { messages: [user({ type: 'file', mediaType: 'audio/wav', data })] }),
    ).rejects.toMatchObject({ code: 'unsupported' })
    expect(stage.server.requests).toHaveLength(1)
  })

  it('keeps what is marked local-only here, also from the counter', async () => {
    await using stage = await play(hello)
    const messages = [{ ...createMessage('user', 'secret'), label: 'local-only' as const }]
    await expect(stage.ask('claude-opus-4-6', { messages })).rejects.toMatchObject({ code: 'local_only' })
    expect(await stage.provider.languageModel('claude-opus-4-6').countTokens({ messages })).toBeGreaterThan(0)
    expect(stage.server.requests).toEqual([])
  })
})

describe('what an answer becomes', () => {
  it('keeps signatures and redacted thinking, and hands them back', async () => {
    await using stage = await play(
      message(
        [
          block(0, { type: 'thinking', thinking: '', signature: '' }, [
            { type: 'thinking_delta', thinking: 'Hm.' },
            { type: 'signature_delta', signature: 'sig-1' },
          ]),
          block(1, { type: 'redacted_thinking', data: 'hidden' }, []),
          block(2, { type: 'thinking', thinking: '', signature: '' }, [
            { type: 'signature_delta', signature: 'sig-2' },
          ]),
          block(
            3,
            {
              type: 'tool_use',
              id: 't1',
              name: 'now',
              input: {},
              caller: { type: 'code_execution_20260120', tool_id: 's' },
            },
            [{ type: 'input_json_delta', partial_json: '{}' }],
          ),
        ],
        { stopReason: 'tool_use' },
      ),
    )
    const { messages } = await stage.ask('claude-opus-4-6', { tools })
    // As a store would give them back.
    const history = JSON.parse(JSON.stringify(messages)) as typeof messages
    await stage.ask('claude-opus-4-6', { messages: [createMessage('user', 'Hello?'), ...history], tools })
    const [, sent] = stage.bodies()[1]!['messages'] as { content: unknown[] }[]
    expect(sent!.content).toEqual([
      { type: 'thinking', thinking: 'Hm.', signature: 'sig-1' },
      { type: 'redacted_thinking', data: 'hidden' },
      { type: 'thinking', thinking: '', signature: 'sig-2' },
      { type: 'tool_use', id: 't1', name: 'now', input: {}, caller: { type: 'code_execution_20260120', tool_id: 's' } },
    ])
  })

  it('keeps citations with their text, and blocks of server tools in their place', async () => {
    const cited = { type: 'char_location', cited_text: 'x', document_index: 0, start_char_index: 0, end_char_index: 1 }
    const search = { type: 'server_tool_use', id: 's1', name: 'web_search', input: {} }
    const found = {
      type: 'web_search_tool_result',
      tool_use_id: 's1',
      content: [{ type: 'web_search_result', url: 'u' }],
    }
    await using stage = await play(
      message([
        block(0, { type: 'text', text: '' }, [{ type: 'text_delta', text: 'I look. ' }]),
        block(1, search, [{ type: 'input_json_delta', partial_json: '{"query":"q"}' }]),
        block(2, found, []),
        block(3, { type: 'text', text: '' }, [{ type: 'text_delta', text: 'Plain. ' }]),
        block(4, { type: 'text', text: '', citations: [] }, [
          { type: 'citations_delta', citation: cited },
          { type: 'text_delta', text: 'Cited.' },
        ]),
      ]),
      { serverTools: [{ type: 'web_search_20250305', name: 'web_search' }], cache: false },
    )
    // A loop without tools of its own says `none`; the API's tools may run all the same.
    const { messages, text } = await stage.ask('claude-opus-4-6', { toolChoice: 'none' })
    expect(text).toBe('I look. Plain. Cited.')
    expect(stage.bodies()[0]).not.toHaveProperty('tool_choice')
    await stage.ask('claude-opus-4-6', { messages: [createMessage('user', 'Hello?'), ...messages] })
    const [, sent] = stage.bodies()[1]!['messages'] as { content: unknown[] }[]
    expect(sent!.content).toEqual([
      { type: 'text', text: 'I look. ' },
      { ...search, input: { query: 'q' } },
      found,
      { type: 'text', text: 'Plain. ' },
      { type: 'text', text: 'Cited.', citations: [cited] },
    ])
    expect(stage.bodies()[0]!['tools']).toEqual([{ type: 'web_search_20250305', name: 'web_search' }])
  })

  it('goes on after a pause, and adds the usage up', async () => {
    const usage = { input: 10, cacheRead: 0, cacheWrite: 4, output: 5, reasoning: 2 }
    await using stage = await play(
      message([block(0, { type: 'text', text: '' }, [{ type: 'text_delta', text: 'One. ' }])], {
        stopReason: 'pause_turn',
        usage,
      }),
    )
    let pauses = 0
    const parts: StreamPart[] = []
    for await (const part of stage.provider
      .languageModel('claude-opus-4-6')
      .stream({ messages: [createMessage('user', 'Go')] })) {
      parts.push(part)
      if (part.type === 'text-delta' && part.text && ++pauses === 2)
        stage.server.reply = stream(
          message([block(0, { type: 'text', text: '' }, [{ type: 'text_delta', text: 'End.' }])], { usage }),
        )
    }
    expect(stage.bodies()).toHaveLength(3)
    expect((stage.bodies()[2]!['messages'] as { role: string }[]).map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'assistant',
    ])
    expect(parts.at(-1)).toEqual({
      type: 'finish',
      finishReason: 'stop',
      usage: { input: 30, cacheRead: 0, cacheWrite: 12, output: 15, reasoning: 6 },
    })
  })

  it('says why it refused, and tells a full context window with an answer from one without', async () => {
    await using stage = await play(
      message([], { stopReason: 'refusal', stopDetails: { type: 'refusal', category: 'bio', explanation: 'No.' } }),
    )
    const refused = await stage.parts('claude-opus-4-6')
    expect(warnings(refused)).toEqual(['refusal: anthropic/claude-opus-4-6 refused (bio): No.'])
    expect(refused.at(-1)).toMatchObject({ finishReason: 'content-filter' })
    stage.server.reply = stream(message([], { stopReason: 'model_context_window_exceeded' }))
    await expect(stage.ask('claude-opus-4-6')).rejects.toMatchObject({ code: 'context_overflow' })
    stage.server.reply = stream(
      message([block(0, { type: 'text', text: '' }, [{ type: 'text_delta', text: 'Half' }])], {
        stopReason: 'model_context_window_exceeded',
      }),
    )
    expect((await stage.ask('claude-opus-4-6')).finishReason).toBe('length')
  })

  it('forces a tool for the answer where the model has no format, or the schema no closed form', async () => {
    const answer = (name: string, partial: string): ReturnType<typeof message> =>
      message(
        [
          block(0, { type: 'tool_use', id: 't', name, input: {} }, [
            { type: 'input_json_delta', partial_json: partial },
          ]),
        ],
        {
          stopReason: 'tool_use',
        },
      )
    await using stage = await play(answer('reply', '{"a":1}'))
    const schema: JsonSchema = {
      type: 'object',
      properties: { a: { type: 'string', minLength: 1, format: 'isbn' } },
      required: ['a'],
    }
    const old = await stage.ask('claude-3-5-haiku-latest', { output: { type: 'json', schema, name: 'reply' } })
    expect([old.text, old.finishReason]).toEqual(['{"a":1}', 'stop'])
    expect(stage.bodies()[0]).toMatchObject({
      tools: [{ name: 'reply', input_schema: schema }],
      tool_choice: { type: 'tool', name: 'reply' },
    })
    stage.server.reply = stream(answer('answer', '{"value":[1]}'))
    const list = await stage.ask('claude-3-5-haiku-latest', { output: { type: 'json', schema: { type: 'array' } } })
    expect(list.text).toBe('[1]')
    stage.server.reply = stream(hello)
    await stage.ask('claude-opus-4-6', { output: { type: 'json', schema } })
    expect(stage.bodies()[2]!['output_config']).toEqual({
      format: {
        type: 'json_schema',
        schema: { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false },
      },
    })
    await stage.ask('claude-opus-4-6', { tools, output: { type: 'json', schema: { type: 'object' } } })
    expect(stage.bodies()[3]).toMatchObject({
      tools: [{ name: 'now' }, { name: 'answer' }],
      tool_choice: { type: 'any' },
    })
  })

  it('reads when a used-up limit starts anew, where no header says how long to wait', async () => {
    await using stage = await play([])
    stage.server.reply = {
      ...json({ type: 'error', error: { type: 'rate_limit_error', message: 'slow down' } }),
      status: 429,
      headers: {
        'content-type': 'application/json',
        'anthropic-ratelimit-requests-remaining': '12',
        'anthropic-ratelimit-requests-reset': '2099-01-01T00:00:00Z',
        'anthropic-ratelimit-tokens-remaining': '0',
        'anthropic-ratelimit-tokens-reset': new Date(Date.now() + 60_000).toISOString(),
      },
    }
    const error = await stage.ask('claude-opus-4-6').catch((thrown: unknown) => thrown)
    const ms = (error as { data: { retryAfterMs: number } }).data.retryAfterMs
    expect(ms > 0 && ms <= 60_000).toBe(true)
  })

  it('takes an overloaded event in the middle for overloaded', async () => {
    await using stage = await play([
      frame({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }),
    ])
    await expect(stage.ask('claude-opus-4-6')).rejects.toMatchObject({ code: 'overloaded', retryable: true })
  })
})

describe('beside the answers', () => {
  it('counts tokens near the limit of the window, and far from it estimates', async () => {
    await using stage = await play([], { models: { '*': { contextTokens: 4000 } } })
    stage.server.reply = json({ input_tokens: 42 })
    const model = stage.provider.languageModel('claude-opus-4-6')
    const count = (words: number): Promise<number> =>
      model.countTokens({ messages: [createMessage('user', 'word '.repeat(words))] })
    expect(await count(100)).toBeGreaterThan(100)
    expect(stage.server.requests).toEqual([])
    expect(await count(1000)).toBe(42)
    expect(stage.server.requests.map(({ path }) => path)).toEqual(['/v1/messages/count_tokens'])
  })

  it('counts tokens once for a prompt, and estimates when it cannot ask', async () => {
    await using stage = await play([], { count: 'always' })
    stage.server.reply = json({ input_tokens: 42 })
    const model = stage.provider.languageModel('claude-opus-4-6')
    const messages = [createMessage('user', 'Hello?')]
    expect(await model.countTokens({ messages })).toBe(42)
    expect(await model.countTokens({ messages: [createMessage('user', 'Hello?')] })).toBe(42)
    expect(stage.server.requests.map(({ path }) => path)).toEqual(['/v1/messages/count_tokens'])
    expect(stage.server.requests[0]!.body).not.toContain('max_tokens')
    stage.server.reply = { status: 500 }
    expect(await model.countTokens({ messages: [createMessage('user', 'Other')] })).toBeGreaterThan(1)
    stage.server.reply = { ...json({ error: { type: 'authentication_error', message: 'bad key' } }), status: 401 }
    await expect(model.countTokens({ messages: [createMessage('user', 'x')] })).rejects.toMatchObject({
      code: 'unauthorized',
    })
  })

  it('knows the limits of models once it has listed them', async () => {
    await using stage = await play([])
    stage.server.reply = json({
      data: [{ id: 'claude-opus-9', created_at: '2026-01-01T00:00:00Z', max_input_tokens: 1_000_000, max_tokens: 5 }],
      has_more: false,
    })
    const model = stage.provider.languageModel('claude-opus-9')
    expect(model.capabilities.contextTokens).toBe(200_000)
    expect(await stage.provider.list()).toEqual([
      { id: 'anthropic/claude-opus-9', kind: 'chat', created: 1_767_225_600, ownedBy: 'anthropic' },
    ])
    expect(model.capabilities.contextTokens).toBe(1_000_000)
  })

  it('uploads, lists and removes files', async () => {
    await using stage = await play([])
    const file = {
      id: 'file_1',
      filename: 'a.pdf',
      mime_type: 'application/pdf',
      size_bytes: 3,
      created_at: '2026-01-01T00:00:00Z',
    }
    stage.server.reply = json(file)
    const uploaded = await stage.provider.files.upload({
      name: 'a.pdf',
      mediaType: 'application/pdf',
      data: new Uint8Array([1, 2, 3]),
    })
    expect(uploaded).toEqual({
      id: 'file_1',
      name: 'a.pdf',
      mediaType: 'application/pdf',
      bytes: 3,
      created: 1_767_225_600,
    })
    stage.server.reply = json({ data: [file], has_more: false })
    expect(await stage.provider.files.list()).toEqual([uploaded])
    stage.server.reply = json({ id: 'file_1', type: 'file_deleted' })
    await stage.provider.files.remove('file_1')
    expect(stage.server.requests.map(({ method, path }) => `${method} ${path.split('?')[0]}`)).toEqual([
      'POST /v1/files',
      'GET /v1/files',
      'DELETE /v1/files/file_1',
    ])
  })

  it('sends batches and reads their results', async () => {
    await using stage = await play([])
    const counts = { processing: 2, succeeded: 0, errored: 0, canceled: 0, expired: 0 }
    stage.server.reply = json({ id: 'b1', processing_status: 'in_progress', request_counts: counts })
    const batch = await stage.provider.batches.create([
      { id: 'one', model: 'claude-haiku-4-5', request: { messages: [createMessage('user', 'Hello?')] } },
    ])
    expect(batch).toEqual({ id: 'b1', status: 'in_progress', counts })
    expect(stage.bodies()[0]).toMatchObject({
      requests: [{ custom_id: 'one', params: { model: 'claude-haiku-4-5', max_tokens: 64_000 } }],
    })
    const usage = { input_tokens: 3, output_tokens: 2 }
    const lines = [
      {
        custom_id: 'one',
        result: {
          type: 'succeeded',
          message: { content: [{ type: 'text', text: 'Hi.' }], stop_reason: 'end_turn', usage },
        },
      },
      {
        custom_id: 'two',
        result: { type: 'errored', error: { type: 'error', error: { type: 'overloaded_error', message: 'busy' } } },
      },
      { custom_id: 'three', result: { type: 'expired' } },
    ]
    stage.server.reply = {
      headers: { 'content-type': 'application/x-jsonl' },
      chunks: [lines.map((line) => JSON.stringify(line)).join('\n')],
    }
    const results = await stage.provider.batches.results('b1')
    expect(results).toMatchObject([
      { id: 'one', text: 'Hi.', finishReason: 'stop', usage: { input: 3, output: 2 } },
      { id: 'two', error: { code: 'overloaded' } },
      { id: 'three', error: { code: 'timeout' } },
    ])
    expect(stage.server.requests.at(-1)!.path).toBe('/v1/messages/batches/b1/results')
  })

  it('loads the SDK at the first call, not before', async () => {
    const program = `
      import { registerHooks } from 'node:module'
      registerHooks({ resolve: (name, context, next) => {
        if (name.startsWith('@anthropic-ai/sdk')) console.log(name)
        return next(name, context)
      } })
      const { createAnthropic } = await import('${new URL('./index.ts', import.meta.url).href}')
      const provider = createAnthropic({ apiKey: 'k', baseURL: 'http://127.0.0.1:1' })
      const model = provider.languageModel('claude-opus-4-6')
      console.log('created', model.capabilities.tools)
      await provider.list().catch(() => {})
      console.log('called')`
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--conditions=@rt/source',
      '--input-type=module',
      '--eval',
      program,
    ])
    const lines = stdout.trim().split('\n')
    expect(lines[0]).toBe('created native')
    expect(lines).toContain('@anthropic-ai/sdk')
    expect(lines.at(-1)).toBe('called')
  })

  it('takes an address with the /v1 that other programs want, too', async () => {
    await using stage = await play(hello)
    const { url } = stage.server
    for (const baseURL of [url, `${url}/`, `${url}/v1`, `${url}/v1/`]) {
      const model = createAnthropic({ apiKey: 'k', baseURL }).languageModel('claude-haiku-4-5')
      expect((await collect(model.stream({ messages: [createMessage('user', 'Hello?')] }))).text).toBe('Hi.')
    }
    expect(new Set(stage.server.requests.map(({ path }) => path))).toEqual(new Set(['/v1/messages']))
  })

  it('takes a 404 that names no model for a wrong address', async () => {
    await using stage = await play(hello)
    stage.server.reply = { status: 404, headers: { 'content-type': 'text/html' }, chunks: ['<h1>Not Found</h1>'] }
    await expect(stage.ask('claude-haiku-4-5')).rejects.toMatchObject({
      code: 'not_found',
      hint: expect.stringContaining('base_url'),
    })
    stage.server.reply = {
      ...json({ type: 'error', error: { type: 'not_found_error', message: 'model: x' } }),
      status: 404,
    }
    await expect(stage.ask('claude-haiku-4-5')).rejects.toMatchObject({ code: 'model_not_found' })
  })

  it('refuses options that cannot work', () => {
    expect(() => createAnthropic({ apiKey: '' })).toThrowError(
      expect.objectContaining({ code: 'unauthorized', hint: expect.stringContaining('Set ANTHROPIC_API_KEY') }),
    )
    // Setting the variable would not help: it is not sent there.
    expect(() => createAnthropic({ apiKey: '', baseURL: 'http://127.0.0.1:1' })).toThrowError(
      expect.objectContaining({ hint: expect.stringMatching(/^Give apiKey/) }),
    )
    expect(() => createAnthropic({ apiKey: 'k', baseURL: 'nowhere' })).toThrowError(/baseURL/)
    expect(() => createAnthropic({ apiKey: 'k', version: 'new' as never })).toThrowError(/version new/)
    expect(() => createAnthropic({ apiKey: 'k', idleMs: 0 })).toThrowError(/idleMs/)
  })
})
