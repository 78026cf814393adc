import {
  collect,
  createMessage,
  emptyUsage,
  isTerminal,
  type JsonValue,
  LOCAL,
  type Message,
  RtError,
  type StreamPart,
  type Tool,
  totalTokens,
} from '@rt/core'
import {
  createFakeClock,
  createFakeTelemetry,
  createScriptedModel,
  type RecordedSpan,
  type ScriptedAnswer,
  type ScriptedModel,
} from '@rt/core/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createPassThroughAssembler } from '../__fixtures__/pass-through-assembler.ts'
import { tool } from '../tool.ts'
import type { LoopOptions } from './loop-options.ts'
import { runLoop } from './run-loop.ts'

const city = z.object({ city: z.string() })
const weather = tool({
  name: 'weather',
  description: 'Weather of a city',
  inputSchema: city,
  execute: async ({ city: name }) => ({ name, celsius: 21 }),
})
const clientTool = { name: 'open_tab', description: 'Opens a tab', parameters: { type: 'object' } }
const call = (name: string, args: JsonValue = { city: 'Oslo' }, id?: string): ScriptedAnswer => ({
  toolCalls: [{ name, arguments: args, ...(id && { id }) }],
})

const options = (model: ScriptedModel, more: Partial<LoopOptions> = {}): LoopOptions => ({
  model,
  messages: [createMessage('user', 'coat in Oslo?')],
  tools: [weather],
  assembler: createPassThroughAssembler(),
  principal: LOCAL,
  ...more,
})
const scripted = (...answers: ScriptedAnswer[]): ScriptedModel => createScriptedModel({ answers })

const read = async (stream: AsyncIterable<StreamPart>): Promise<StreamPart[]> => {
  const parts: StreamPart[] = []
  for await (const part of stream) parts.push(part)
  return parts
}
const ofType = <T extends StreamPart['type']>(parts: StreamPart[], type: T): Extract<StreamPart, { type: T }>[] =>
  parts.filter((part): part is Extract<StreamPart, { type: T }> => part.type === type)
const results = (parts: StreamPart[]): JsonValue[] => ofType(parts, 'tool-result').map(({ result }) => result)
const never = (): Promise<never> => new Promise(() => {})

describe('the run of a tool', () => {
  test('call, result, answer: parts in order, usage summed, messages for the next step', async () => {
    const model = scripted(call('weather'), 'No coat.')
    const parts = await read(runLoop(options(model)))
    expect(parts.map(({ type }) => type)).toEqual([
      'step-start',
      'context',
      'tool-call-start',
      'tool-call-delta',
      'tool-call-end',
      'usage',
      'tool-result',
      'step-finish',
      'step-start',
      'context',
      'text-delta',
      'text-delta',
      'usage',
      'step-finish',
      'finish',
    ])
    expect(results(parts)).toEqual([{ name: 'Oslo', celsius: 21 }])
    const [, second] = model.requests
    expect(second?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool'])
    expect(second?.toolChoice).toBe('auto')
    const spent = ofType(parts, 'usage').reduce((sum, { usage }) => sum + totalTokens(usage), 0)
    const { usage, text } = await collect(runLoop(options(scripted(call('weather'), 'No coat.'))))
    expect(totalTokens(usage)).toBe(spent)
    expect(text).toBe('No coat.')
  })

  test.each(['required', { name: 'weather' }] as const)(
    'a forced choice (%j) holds for one step, then the model answers in text',
    async (toolChoice) => {
      const model = scripted(call('weather'), 'No coat.')
      await read(runLoop(options(model, { toolChoice, output: { type: 'json' } })))
      expect(model.requests.map((request) => request.toolChoice)).toEqual([toolChoice, 'none'])
      expect(model.requests.map((request) => request.output)).toEqual([undefined, { type: 'json' }])
    },
  )

  test('a call made although none was allowed does not run', async () => {
    let runs = 0
    const counted = tool({ name: 'weather', description: 'x', inputSchema: city, execute: () => runs++ })
    const parts = await read(
      runLoop(options(scripted(call('weather'), 'ok'), { tools: [counted], toolChoice: 'none' })),
    )
    expect(runs).toBe(0)
    expect(results(parts)).toMatchObject([{ error: { code: 'forbidden' } }])
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: 'stop' })
  })

  test('calls of one step run in parallel, and their results keep the order of the calls', async () => {
    const started: string[] = []
    const open = Promise.withResolvers<void>()
    const meet = tool({
      name: 'meet',
      description: 'x',
      inputSchema: city,
      execute: async ({ city: name }) => {
        started.push(name)
        if (started.length === 3) open.resolve()
        await open.promise
        return name
      },
    })
    const names = ['a', 'b', 'c']
    const answer = { toolCalls: names.map((name) => ({ name: 'meet', arguments: { city: name } })) }
    const parts = await read(runLoop(options(scripted(answer, 'done'), { tools: [meet] })))
    expect(results(parts)).toEqual(names)
  })

  test('two calls of one id, and the same id again in the next step, become distinct', async () => {
    const both = { toolCalls: [1, 2].map(() => ({ id: 'call_0', name: 'weather', arguments: { city: 'Oslo' } })) }
    const model = scripted(both, call('weather', { city: 'Rome' }, 'call_0'), 'done')
    const parts = await read(runLoop(options(model)))
    const ids = ['call_0', 'call_0_2', 'call_0_3']
    for (const type of ['tool-call-start', 'tool-call-delta', 'tool-call-end', 'tool-result'] as const)
      expect(ofType(parts, type).map(({ id }) => id)).toEqual(ids)
  })

  test('the tool knows its call, thread and principal', async () => {
    let seen: unknown
    const nosy = tool({
      name: 'weather',
      description: 'x',
      inputSchema: city,
      execute: (_, { callId, thread, principal }) => (seen = { callId, thread, principal }),
    })
    await read(
      runLoop(
        options(scripted(call('weather', { city: 'x' }, 'id7'), 'ok'), {
          tools: [nosy],
          thread: 'ada',
          principal: 'key1',
        }),
      ),
    )
    expect(seen).toEqual({ callId: 'id7', thread: 'ada', principal: 'key1' })
  })
})

describe('the label of a tool', () => {
  const secret = (execute: () => unknown): Tool =>
    tool({ name: 'weather', description: 'x', inputSchema: city, label: 'local-only', execute })
  const labelsOf = (model: ScriptedModel, request: number): (string | undefined)[] =>
    model.requests[request]!.messages.map(({ label }) => label)

  test.each([
    ['its result', secret(() => 'rain'), call('weather')],
    [
      'its failure',
      secret(() => {
        throw new Error('the safe holds 4711')
      }),
      call('weather'),
    ],
    ['the refusal of its arguments', secret(() => 'rain'), call('weather', { town: 'Oslo' })],
  ])('stands on the message that brings the model %s', async (_, labelled, answer) => {
    const model = scripted(answer, 'No coat.')
    const parts = await read(runLoop(options(model, { tools: [labelled] })))
    expect(ofType(parts, 'tool-result')).toMatchObject([{ label: 'local-only' }])
    expect(labelsOf(model, 1)).toEqual([undefined, undefined, 'local-only'])
  })

  test('stays off results of tools without one', async () => {
    const model = scripted(call('weather'), 'No coat.')
    const parts = await read(runLoop(options(model)))
    expect(ofType(parts, 'tool-result')[0]).not.toHaveProperty('label')
    expect(labelsOf(model, 1)).toEqual([undefined, undefined, undefined])
  })

  test('of what a step was written from stays on it when the next step leaves that out', async () => {
    const assembler = createPassThroughAssembler()
    let step = 0
    const forgetful: typeof assembler = {
      async assemble(request) {
        const assembled = await assembler.assemble(request)
        const [asked, ...others] = assembled.messages
        // The labelled passage fits into the first step only.
        return step++ ? assembled : { ...assembled, messages: [{ ...asked!, label: 'local-only' }, ...others] }
      },
    }
    const model = scripted(call('weather'), 'No coat.')
    await read(runLoop(options(model, { assembler: forgetful })))
    expect(labelsOf(model, 0)).toEqual(['local-only'])
    expect(labelsOf(model, 1)).toEqual([undefined, 'local-only', 'local-only'])
  })
})

describe('what goes wrong in a tool goes back to the model', () => {
  const failing = (execute: Tool['execute']): Tool => ({ ...weather, execute })
  test.each<[string, ScriptedAnswer, Tool, string, string]>([
    ['an unknown tool', call('wether'), weather, 'tool_not_found', 'There are: weather.'],
    ['bad arguments', call('weather', { town: 1 }), weather, 'tool_arguments', 'city: Invalid input'],
    ['malformed JSON', call('weather', '{"city":"Os'), weather, 'tool_arguments', 'not valid JSON'],
    [
      'an Error',
      call('weather'),
      failing(async () => {
        throw new Error('no sensor')
      }),
      'tool_failed',
      'no sensor',
    ],
    [
      'a thrown text',
      call('weather'),
      failing(async () => {
        throw 'plain'
      }),
      'tool_failed',
      'plain',
    ], // eslint-disable-line
    [
      'a thrown odd object',
      call('weather'),
      failing(async () => {
        throw Object.create(null)
      }),
      'tool_failed',
      '{}',
    ],
    [
      'a synchronous throw',
      call('weather'),
      failing(() => {
        throw new Error('at once')
      }),
      'tool_failed',
      'at once',
    ],
    [
      'its own RtError',
      call('weather'),
      failing(async () => {
        throw new RtError({ code: 'not_found', message: 'no Oslo' })
      }),
      'not_found',
      'no Oslo',
    ],
    [
      'its own AbortError',
      call('weather'),
      failing(async () => {
        throw new DOMException('inner', 'AbortError')
      }),
      'tool_failed',
      'inner',
    ],
  ])('%s', async (_, answer, one, code, message) => {
    const model = scripted(answer, 'Sorry.')
    const parts = await read(runLoop(options(model, { tools: [one] })))
    expect(ofType(parts, 'tool-result')).toMatchObject([
      { isError: true, result: { error: { code, message: expect.stringContaining(message) } } },
    ])
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: 'stop' })
    expect(model.requests).toHaveLength(2)
  })

  test('arguments written as JSON text are read', async () => {
    const parts = await read(runLoop(options(scripted(call('weather', '{"city":"Rome"}'), 'ok'))))
    expect(results(parts)).toEqual([{ name: 'Rome', celsius: 21 }])
  })

  test('a tool that hangs meets its limit, and its signal fires', async () => {
    const clock = createFakeClock()
    let told: AbortSignal | undefined
    const hung = tool({
      name: 'weather',
      description: 'x',
      inputSchema: city,
      timeoutMs: 500,
      execute: (_, { signal }) => ((told = signal), never()),
    })
    const reading = read(runLoop(options(scripted(call('weather'), 'ok'), { tools: [hung], clock })))
    while (!told) await Promise.resolve()
    await clock.advance(500)
    const parts = await reading
    expect(told.aborted).toBe(true)
    expect(ofType(parts, 'tool-result')).toMatchObject([
      { isError: true, ms: 500, result: { error: { code: 'tool_timeout' } } },
    ])
    expect(parts.at(-1)).toMatchObject({ type: 'finish' })
  })

  test('retry happens only where it is set, and not for errors that say they are final', async () => {
    const attempts = { never: 0, flaky: 0, final: 0 }
    const make = (name: keyof typeof attempts, retry: boolean, error: Error): Tool =>
      tool({
        name,
        description: 'x',
        inputSchema: city,
        ...(retry && { retry: { retries: 2, delayMs: 0 }, sideEffects: [] }),
        execute: () => {
          if (++attempts[name] < 3) throw error
          return 'at last'
        },
      })
    const tools = [
      make('never', false, new Error('x')),
      make('flaky', true, new Error('x')),
      make('final', true, new RtError({ code: 'not_found', message: 'x' })),
    ]
    const answer = { toolCalls: tools.map(({ name }) => ({ name, arguments: { city: 'x' } })) }
    const parts = await read(runLoop(options(scripted(answer, 'ok'), { tools })))
    expect(attempts).toEqual({ never: 1, flaky: 3, final: 1 })
    expect(results(parts)).toMatchObject([{ error: {} }, 'at last', { error: {} }])
  })

  test('results that JSON cannot carry are made so, with a warning', async () => {
    const cyclic: unknown[] = [1n]
    cyclic.push(cyclic)
    const odd = tool({ name: 'weather', description: 'x', inputSchema: city, execute: () => cyclic })
    const parts = await read(runLoop(options(scripted(call('weather'), 'ok'), { tools: [odd] })))
    expect(results(parts)).toEqual([[1, '[circular]']])
    expect(ofType(parts, 'warning').map(({ id }) => id)).toEqual(['tool-result-cut'])
  })

  test('a flood of calls is capped', async () => {
    const answer = {
      toolCalls: Array.from({ length: 50 }, (_, i) => ({ name: 'weather', arguments: { city: `${i}` } })),
    }
    const parts = await read(runLoop(options(scripted(answer, 'ok'))))
    const codes = ofType(parts, 'tool-result').map(({ isError }) => isError ?? false)
    expect(codes.filter(Boolean)).toHaveLength(18)
    expect(codes).toHaveLength(50)
  })
})

describe('how a run ends', () => {
  test('the same call for ever meets the step cap', async () => {
    const model = scripted(call('weather'))
    const parts = await read(runLoop(options(model, { limits: { steps: 3 } })))
    expect(model.requests).toHaveLength(3)
    expect(results(parts)).toHaveLength(3)
    expect(ofType(parts, 'warning')).toMatchObject([{ id: 'step-limit' }])
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: 'limit' })
  })

  test('a call to a client tool goes back unexecuted; our own beside it still runs', async () => {
    const answer = {
      toolCalls: [
        { name: 'weather', arguments: { city: 'x' } },
        { name: 'open_tab', arguments: { city: 'x' } },
      ],
    }
    const model = scripted(answer)
    const parts = await read(runLoop(options(model, { clientTools: [clientTool] })))
    expect(model.requests).toHaveLength(1)
    expect(model.requests[0]?.tools?.map(({ name }) => name)).toEqual(['weather', 'open_tab'])
    expect(ofType(parts, 'tool-call-end')).toHaveLength(2)
    expect(ofType(parts, 'tool-result').map(({ name }) => name)).toEqual(['weather'])
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: 'tool-calls' })
  })

  test('an abort ends it at once, also when the tool never settles', async () => {
    const controller = new AbortController()
    let told: AbortSignal | undefined
    const deaf = tool({
      name: 'weather',
      description: 'x',
      inputSchema: city,
      execute: (_, { signal }) => ((told = signal), never()),
    })
    const two = { toolCalls: [1, 2].map(() => ({ name: 'weather', arguments: { city: 'x' } })) }
    const reading = read(runLoop(options(scripted(two), { tools: [deaf] }), { signal: controller.signal }))
    while (!told) await Promise.resolve()
    controller.abort()
    const parts = await reading
    expect(told.aborted).toBe(true)
    expect(parts.filter(isTerminal)).toHaveLength(1)
    expect(ofType(parts, 'tool-result')).toEqual([])
    const last = parts.at(-1)
    expect(last).toMatchObject({ type: 'abort' })
    expect(last?.type === 'abort' && totalTokens(last.usage ?? emptyUsage())).toBeGreaterThan(0)
  })

  test('an abort ends it also when the model ignores it; one that listens still reports its usage', async () => {
    const clock = createFakeClock()
    const usage = { ...emptyUsage(), input: 40, output: 2 }
    for (const listens of [false, true]) {
      const controller = new AbortController()
      const base = scripted('x')
      const model: ScriptedModel = {
        ...base,
        async *stream(_, { signal } = {}) {
          yield { type: 'text-delta', text: 'on ' }
          if (!listens || !signal?.aborted) await never()
          yield { type: 'usage', usage }
          yield { type: 'abort', reason: 'told to', usage }
        },
      }
      const parts: StreamPart[] = []
      for await (const part of runLoop(options(model, { clock }), { signal: controller.signal })) {
        parts.push(part)
        if (part.type !== 'text-delta') continue
        controller.abort()
        if (!listens) queueMicrotask(() => void clock.advance(200))
      }
      expect(parts.at(-1)).toMatchObject({ type: 'abort', usage: listens ? usage : emptyUsage() })
    }
  })

  test('a reader that leaves stops the model and the tools', async () => {
    let told: AbortSignal | undefined
    const base = scripted('x')
    let closed = false
    const model: ScriptedModel = {
      ...base,
      async *stream(_, { signal } = {}) {
        told = signal
        try {
          while (true) yield { type: 'text-delta', text: 'and ' }
        } finally {
          closed = true
        }
      },
    }
    for await (const part of runLoop(options(model))) if (part.type === 'text-delta') break
    expect([told?.aborted, closed]).toEqual([true, true])
  })

  const usage = { ...emptyUsage(), input: 3 }
  const parts = (...list: StreamPart[]): ScriptedAnswer => ({ parts: list })
  const error: StreamPart = {
    type: 'error',
    error: { code: 'engine_crashed', message: 'gone', retryable: true },
    usage,
  }
  const finish: StreamPart = { type: 'finish', finishReason: 'stop', usage }
  const aborted = AbortSignal.abort()
  const refuse = async (): Promise<never> => {
    throw new RtError({ code: 'forbidden', message: 'not that' })
  }
  const overflow = async (): Promise<never> => {
    throw new RtError({ code: 'context_overflow', message: 'too long' })
  }
  const throwing: ScriptedModel = { ...scripted('x'), stream: () => { throw new TypeError('broken driver') } } // prettier-ignore
  test.each<[string, ScriptedModel, Partial<LoopOptions>, AbortSignal | undefined, Partial<StreamPart>]>([
    ['an answer', scripted('hi'), {}, undefined, { type: 'finish', finishReason: 'stop' }],
    ['an empty answer', scripted(''), {}, undefined, { type: 'finish', finishReason: 'stop' }],
    ['no tools', scripted('hi'), { tools: [] }, undefined, { type: 'finish', finishReason: 'stop' }],
    [
      'length',
      scripted(parts({ type: 'finish', finishReason: 'length', usage })),
      {},
      undefined,
      { type: 'finish', finishReason: 'length', usage },
    ],
    [
      'tool-calls without a call',
      scripted(parts({ type: 'finish', finishReason: 'tool-calls', usage })),
      {},
      undefined,
      { type: 'finish', finishReason: 'stop' },
    ],
    [
      'a call cut off',
      scripted(
        parts({ type: 'tool-call-start', id: 'a', name: 'weather' }, { type: 'finish', finishReason: 'length', usage }),
      ),
      {},
      undefined,
      { type: 'finish', finishReason: 'length' },
    ],
    [
      'an error of the model',
      scripted(parts({ type: 'text-delta', text: 'a' }, error)),
      {},
      undefined,
      { type: 'error', error: expect.objectContaining({ code: 'engine_crashed' }), usage },
    ],
    ['an error after a tool', scripted(call('weather'), parts(error)), {}, undefined, { type: 'error' }],
    [
      'a model that throws',
      throwing,
      {},
      undefined,
      { type: 'error', error: expect.objectContaining({ code: 'provider_error' }) },
    ],
    [
      'no terminal part',
      scripted(parts({ type: 'usage', usage })),
      {},
      undefined,
      { type: 'error', error: expect.objectContaining({ code: 'model_output' }), usage },
    ],
    ['parts after the end', scripted(parts(finish, error, finish)), {}, undefined, { type: 'finish', usage }],
    [
      "the model's own abort",
      scripted(parts({ type: 'abort', reason: 'shut down', usage })),
      {},
      undefined,
      { type: 'abort', usage },
    ],
    ['aborted before it began', scripted('hi'), {}, aborted, { type: 'abort', usage: emptyUsage() }],
    [
      'a refusing guard',
      scripted('hi'),
      { guard: { beforeModel: refuse } },
      undefined,
      { type: 'error', error: expect.objectContaining({ code: 'forbidden' }) },
    ],
    [
      'a guard that refuses a result',
      scripted(call('weather'), 'ok'),
      { guard: { afterTool: refuse } },
      undefined,
      { type: 'finish' },
    ],
    [
      'a prompt that does not fit',
      scripted('hi'),
      { assembler: { assemble: overflow } },
      undefined,
      { type: 'error', error: expect.objectContaining({ code: 'context_overflow' }) },
    ],
    [
      'two tools of one name',
      scripted('hi'),
      { tools: [weather, weather] },
      undefined,
      { type: 'error', error: expect.objectContaining({ code: 'invalid_request' }) },
    ],
    [
      'a forced tool that is not there',
      scripted('hi'),
      { toolChoice: { name: 'x' } },
      undefined,
      { type: 'error', error: expect.objectContaining({ code: 'invalid_request' }) },
    ],
    [
      'maxSteps 0',
      scripted('hi'),
      { limits: { steps: 0 } },
      undefined,
      { type: 'error', error: expect.objectContaining({ code: 'invalid_request' }) },
    ],
  ])('exactly one terminal part, and it is the last: %s', async (_, model, more, signal, expected) => {
    const all = await read(runLoop(options(model, more), { signal }))
    expect(all.filter(isTerminal)).toHaveLength(1)
    expect(all.at(-1)).toMatchObject(expected)
  })
})

describe('guard and context', () => {
  test('the guard rewrites what the model reads and what tools return', async () => {
    const model = scripted(call('weather'), 'ok')
    const guard = {
      beforeModel: async (messages: Message[]) => [createMessage('system', 'be kind'), ...messages],
      afterTool: async () => 'redacted',
    }
    const parts = await read(runLoop(options(model, { guard })))
    expect(model.requests.map(({ messages }) => messages[0]?.role)).toEqual(['system', 'system'])
    expect(results(parts)).toEqual(['redacted'])
  })

  test('the assembler gets the reserve of the answer', async () => {
    const reserves: number[] = []
    const inner = createPassThroughAssembler()
    const assembler = {
      assemble: (request: Parameters<typeof inner.assemble>[0]) => (
        reserves.push(request.reserve),
        inner.assemble(request)
      ),
    }
    for (const more of [{}, { maxOutputTokens: 64 }, { maxOutputTokens: 64, reserve: 9 }])
      await read(runLoop(options(scripted('x'), { assembler, ...more })))
    expect(reserves).toEqual([512, 64, 9])
  })
})

test('spans: one chat per model call, one execute_tool per call, figures and no content', async () => {
  const telemetry = createFakeTelemetry()
  const span = telemetry.span('request')
  const canary = 'canary-7f3a'
  const usage = { input: 5, cacheRead: 10, cacheWrite: 0, output: 2, reasoning: 1 }
  const model = scripted(
    {
      toolCalls: [
        { name: 'weather', arguments: { city: canary } },
        { name: canary, arguments: 1 },
        { name: 'broken', arguments: { city: canary } },
      ],
    },
    {
      parts: [
        { type: 'text-delta', text: canary },
        { type: 'usage', usage, timings: { queue: 1, prefill: 20, decode: 30 } },
        { type: 'finish', finishReason: 'stop', usage },
      ],
    },
  )
  const broken = tool({
    name: 'broken',
    description: canary,
    inputSchema: city,
    execute: () => {
      throw new Error(canary)
    },
  })
  await read(
    runLoop(
      options(model, {
        messages: [createMessage('user', canary)],
        system: canary,
        tools: [weather, broken],
        sampling: { temperature: 0, seed: 7 },
      }),
      { span },
    ),
  )

  const { children } = telemetry.roots[0]!
  expect(children.map(({ name }) => name)).toEqual([
    'context.assemble',
    'chat scripted',
    'execute_tool weather',
    'execute_tool (unknown)',
    'execute_tool broken',
    'context.assemble',
    'chat scripted',
  ])
  expect(children.every(({ ended }) => ended)).toBe(true)
  expect(children[6]?.attributes).toMatchObject({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'rt',
    'gen_ai.request.model': 'scripted',
    'gen_ai.request.temperature': 0,
    'gen_ai.request.seed': 7,
    'gen_ai.usage.input_tokens': 15,
    'gen_ai.usage.output_tokens': 2,
    'gen_ai.usage.cache_read.input_tokens': 10,
    'gen_ai.response.finish_reasons': ['stop'],
    'gen_ai.response.time_to_first_chunk': expect.any(Number),
    'rt.prefill_ms': 20,
    'rt.local': true,
  })
  expect(children[2]?.attributes).toMatchObject({
    'gen_ai.tool.name': 'weather',
    'gen_ai.tool.call.id': expect.any(String),
  })
  expect(children[4]?.error).toMatchObject({ code: 'tool_failed' })
  const text = (spans: RecordedSpan[]): string =>
    spans
      .map(
        ({ name, attributes, events, error, children: inner }) =>
          `${name} ${JSON.stringify({ attributes, events })} ${error instanceof Error ? error.message : ''} ${text(inner)}`,
      )
      .join()
  expect(text(telemetry.roots)).not.toContain(canary)
})

test('a remote model is named by provider and model, as the price tables want it', async () => {
  const telemetry = createFakeTelemetry()
  const model = createScriptedModel({
    id: 'anthropic/claude-sonnet-4-5',
    answers: ['x'],
    capabilities: { local: false },
  })
  await read(runLoop(options(model), { span: telemetry.span('request') }))
  expect(telemetry.roots[0]?.children[1]).toMatchObject({
    name: 'chat anthropic/claude-sonnet-4-5',
    attributes: { 'gen_ai.provider.name': 'anthropic', 'gen_ai.request.model': 'claude-sonnet-4-5', 'rt.local': false },
  })
})

test('logprobs are asked for in each step', async () => {
  const model = scripted('ok')
  await read(runLoop(options(model, { logprobs: { top: 2 } })))
  expect(model.requests[0]!.logprobs).toEqual({ top: 2 })
})
