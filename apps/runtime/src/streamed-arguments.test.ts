import { emptyUsage, type LanguageModel, type StreamPart } from '@rt/core'
import { createScriptedModel } from '@rt/core/testing'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { temporaryFolder } from './__fixtures__/command.ts'
import { createRuntime, tool } from './index.ts'
import type { Runtime } from './runtime.ts'

// The model goes on with its call only when its reader has seen what came of it: a surface that gathers waits for ever.

const PIECES = ['{"text":', '"one ', 'two ', 'three"', '}']
const SEEN_FIRST = 3

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let rt: Runtime
let address: string
let authorization: string
let seen: PromiseWithResolvers<void>
beforeEach(() => {
  seen = Promise.withResolvers()
})

const model = (): LanguageModel => ({
  ...createScriptedModel({ id: 'here/scripted', answers: [''] }),
  async *stream({ messages }) {
    yield { type: 'start', model: 'here/scripted' }
    if (messages.at(-1)?.role === 'tool') return yield { type: 'finish', finishReason: 'stop', usage: emptyUsage() }
    yield { type: 'tool-call-start', id: 'c', name: 'note' }
    for (const [n, delta] of PIECES.entries()) {
      if (n === SEEN_FIRST) await seen.promise
      yield { type: 'tool-call-delta', id: 'c', delta }
    }
    yield { type: 'tool-call-end', id: 'c', name: 'note', arguments: { text: 'one two three' } }
    yield { type: 'finish', finishReason: 'tool-calls', usage: emptyUsage() }
  },
})
const parameters = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] }
const note = tool({
  name: 'note',
  description: 'Notes',
  inputSchema: { jsonSchema: parameters },
  execute: () => 'noted',
})

beforeAll(async () => {
  folder = await temporaryFolder()
  rt = await createRuntime({
    data: folder.path,
    config: false,
    embed: false,
    chat: 'here/scripted',
    providers: { here: { id: 'here', languageModel: model } },
    tools: [note],
  })
  address = (await rt.serve({ port: 0 })).address
  authorization = `Bearer ${(await rt.keys.create({ name: 'admin', scope: 'admin' })).secret}`
})
afterAll(async () => {
  await rt?.close()
  await folder[Symbol.asyncDispose]()
})

/** The values a response sends, one a line, as they come. */
async function* linesOf(path: string, body: object): AsyncGenerator<unknown> {
  const response = await fetch(`${address}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: JSON.stringify(body),
  })
  let held = ''
  for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
    const lines = (held + text).split('\n')
    held = lines.pop()!
    for (const line of lines) {
      const json = line.replace(/^data: /, '')
      if (json.startsWith('{')) yield JSON.parse(json)
    }
  }
}
const deltaOf = (part: unknown): string | undefined => {
  const { type, delta } = part as StreamPart & { delta?: string }
  return type === 'tool-call-delta' ? delta : undefined
}
const chunkOf = (chunk: unknown): string | undefined => {
  const { choices } = chunk as { choices: { delta: { tool_calls?: { function: { arguments: string } }[] } }[] }
  return choices[0]?.delta.tool_calls?.[0]?.function.arguments || undefined
}
const message = { v: 1, id: 'm', role: 'user', parts: [{ type: 'text', text: 'Note it.' }] }

it.each<[string, () => AsyncIterable<unknown>, (value: unknown) => string | undefined]>([
  ['the library', () => rt.stream('Note it.'), deltaOf],
  ['the native wire', () => linesOf('/rt/turn', { messages: [message] }), deltaOf],
  [
    '/v1/chat/completions',
    () =>
      linesOf('/v1/chat/completions', {
        stream: true,
        messages: [{ role: 'user', content: 'Note it.' }],
        tools: [{ type: 'function', function: { name: 'note', parameters } }],
      }),
    chunkOf,
  ],
])('%s tells arguments as they are written', async (_name, open, read) => {
  const deltas: string[] = []
  for await (const value of open()) {
    const delta = read(value)
    if (delta === undefined) continue
    deltas.push(delta)
    if (deltas.length === SEEN_FIRST) seen.resolve()
  }
  expect(deltas).toEqual(PIECES)
})
