import { emptyUsage, type JsonValue, type Provider, type StreamPart } from '@rt/core'
import { createScriptedModel, type ScriptedAnswer } from '@rt/core/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { temporaryFolder } from './__fixtures__/command.ts'
import { createRuntime, tool } from './index.ts'
import type { Runtime } from './runtime.ts'

// What a model writes is no failure of the server. Each wire is walked with what models have been seen to write.

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let rt: Runtime
let address: string
let authorization: string
let script: ScriptedAnswer[]
const taken: unknown[] = []
const add = tool({
  name: 'add',
  description: 'Adds two numbers',
  inputSchema: z.object({ a: z.number(), b: z.number() }),
  execute: ({ a, b }) => {
    taken.push([a, b])
    return a + b
  },
})

beforeAll(async () => {
  folder = await temporaryFolder()
  const here: Provider = {
    id: 'here',
    // The last answer repeats.
    languageModel: () =>
      createScriptedModel({
        id: 'here/scripted',
        answers: () => (script.length > 1 ? script.shift()! : script[0]!),
        capabilities: { local: false },
      }),
  }
  rt = await createRuntime({
    data: folder.path,
    config: false,
    embed: false,
    chat: 'here/scripted',
    providers: { here },
    tools: [add],
  })
  const server = await rt.serve({ port: 0 })
  address = server.address
  const { secret } = await rt.keys.create({ name: 'admin', scope: 'admin' })
  authorization = `Bearer ${secret}`
})
afterAll(async () => {
  await rt?.close()
  await folder[Symbol.asyncDispose]()
})
beforeEach(() => void taken.splice(0))

const usage = emptyUsage()
const finish = (finishReason: 'stop' | 'tool-calls' | 'length' = 'tool-calls'): StreamPart => ({
  type: 'finish',
  finishReason,
  usage,
})
const call = (id: string, name: string, args: JsonValue): StreamPart[] => [
  { type: 'tool-call-start', id, name },
  { type: 'tool-call-delta', id, delta: typeof args === 'string' ? args : JSON.stringify(args) },
  { type: 'tool-call-end', id, name, arguments: args },
]
const good = { a: 1, b: 2 }

/** Fault 22, and what stands beside it. */
const BROKEN: Record<string, StreamPart[]> = {
  'broken JSON': [...call('c', 'add', '{"a": 1, "b":'), finish()],
  'arguments that are no object': [...call('c', 'add', 3), finish()],
  'arguments of the wrong kind': [...call('c', 'add', { a: 'one', b: null }), finish()],
  'half a call': [{ type: 'tool-call-start', id: 'c', name: 'add' }, finish()],
  'half of its arguments': [...call('c', 'add', '{"a":').slice(0, 2), finish('stop')],
  'a call that ran out of tokens': [...call('c', 'add', '{"a":').slice(0, 2), finish('length')],
  'an end without a start': [...call('c', 'add', good).slice(2), finish()],
  'a delta of nobody': [{ type: 'tool-call-delta', id: 'x', delta: '{' }, finish('stop')],
  'an unknown tool': [...call('c', 'delete_everything', {}), finish()],
  'a tool named as what every object has': [...call('c', 'constructor', {}), ...call('d', '__proto__', {}), finish()],
  'a name of nothing': [...call('c', '', {}), finish()],
  'two equal ids': [...call('c', 'add', good), ...call('c', 'add', { a: 3, b: 4 }), finish()],
  'two equal ids, open at once': [
    ...call('c', 'add', good).slice(0, 2),
    ...call('c', 'add', { a: 3, b: 4 }).slice(0, 2),
    ...call('c', 'add', good).slice(2),
    ...call('c', 'add', { a: 3, b: 4 }).slice(2),
    finish(),
  ],
  '50 calls at once': [...Array.from({ length: 50 }, (_, n) => call(`c${n}`, 'add', { a: n, b: 0 })).flat(), finish()],
  'a call behind the final text': [{ type: 'text-delta', text: 'It is 3.' }, ...call('c', 'add', good), finish('stop')],
  'a call behind the end': [{ type: 'text-delta', text: 'It is 3.' }, finish('stop'), ...call('c', 'add', good)],
  'a call where none was said to be': [...call('c', 'add', good), finish('stop')],
  'calls that were promised and did not come': [finish()],
}

const CASES = Object.entries(BROKEN).map(([name, parts]) => [name, [{ parts }, 'Done.']] as const)

const post = (path: string, body: object): Promise<Response> =>
  fetch(`${address}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: JSON.stringify({ messages: [{ role: 'user', content: 'Add.' }], ...body }),
  })
const clientTool = {
  type: 'function',
  function: { name: 'add', description: 'Adds', parameters: { type: 'object', properties: { a: {}, b: {} } } },
}

/** A run that ends, with one typed result for each call. */
const expectTyped = (parts: StreamPart[]): void => {
  expect(parts.at(-1)?.type).toBe('finish')
  const starts = parts.flatMap((part) => (part.type === 'tool-call-end' ? [part.id] : []))
  expect(new Set(starts).size).toBe(starts.length)
  const results = parts.flatMap((part) => (part.type === 'tool-result' ? [part] : []))
  expect(results.map(({ id }) => id)).toEqual(starts)
  for (const { result, isError } of results)
    if (isError) expect(result).toMatchObject({ error: { code: expect.stringMatching(/^(tool_|overloaded)/) } })
    else expect(result).toEqual(expect.any(Number))
}

describe.each(CASES)('%s', (_name, answers) => {
  beforeEach(() => {
    script = [...answers]
  })

  it('as a call of a tool of the program: the run ends, and what is told of it is typed', async () => {
    const parts: StreamPart[] = []
    for await (const part of rt.stream('Add.')) parts.push(part)
    expectTyped(parts)
  })

  it('over /v1/chat/completions, for a tool of the client', async () => {
    const response = await post('/v1/chat/completions', { tools: [clientTool] })
    const body = (await response.json()) as {
      choices: { message: { tool_calls?: unknown[] }; finish_reason: string }[]
    }
    expect([response.status, body.choices?.length], JSON.stringify(body)).toEqual([200, 1])
    expect(body.choices[0]!.finish_reason).toMatch(/^(stop|tool_calls|length)$/)
    for (const each of body.choices[0]!.message.tool_calls ?? [])
      expect(each).toEqual({
        id: expect.any(String),
        type: 'function',
        function: { name: 'add', arguments: expect.any(String) },
      })
  })

  it('streamed over /v1/chat/completions', async () => {
    const response = await post('/v1/chat/completions', { tools: [clientTool], stream: true })
    const text = await response.text()
    expect([response.status, text.includes('"error"')], text).toEqual([200, false])
    expect(text.trimEnd().endsWith('data: [DONE]')).toBe(true)
  })

  it('over the native wire', async () => {
    const messages = [{ v: 1, id: 'm', role: 'user', parts: [{ type: 'text', text: 'Add.' }] }]
    const response = await post('/rt/turn', { messages })
    const lines = (await response.text()).trim().split('\n')
    expect(response.status, lines.join('\n')).toBe(200)
    expectTyped(lines.map((line) => JSON.parse(line) as StreamPart))
  })
})

describe('output that is not what was asked for', () => {
  const failure: StreamPart[] = [
    {
      type: 'error',
      error: { code: 'model_output', message: "the model's JSON is not complete.", retryable: false },
    },
  ]

  it.each([false, true])('is told as a 422, streamed: %s', async (stream) => {
    script = [{ parts: failure }]
    const response = await post('/v1/chat/completions', { stream })
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ error: { code: 'model_output', rt: { retryable: false } } })
  })
})
