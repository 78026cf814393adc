import {
  collect,
  createMessage,
  LOCAL,
  type Message,
  messageText,
  type RetrievedChunk,
  RtError,
  type StreamPart,
  type ThreadStore,
} from '@rt/core'
import { createFakeTelemetry, createScriptedModel, type ScriptedAnswer } from '@rt/core/testing'
import { createContextAssembler } from '@rt/memory'
import { tool } from '@rt/tools'
import { expect, it } from 'vitest'
import { run } from './run.ts'
import type { RunParts, RunRequest } from './run-request.ts'

const MEALS: RetrievedChunk = {
  id: 'meals',
  source: 'handbook/travel.md',
  headings: ['Travel', 'Meals'],
  text: 'Keep receipts. The allowance in Oslo is 400 NOK a day.',
  start: 100,
  end: 154,
  score: 1,
}

const createParts = (answers: ScriptedAnswer[], more: Partial<RunParts> = {}) => {
  const kept: Message[] = []
  const threads: ThreadStore = {
    append: async (_principal, _id, messages) => void kept.push(...messages),
    messages: async () => [...kept],
    list: async () => [],
    delete: async () => false,
  }
  const model = createScriptedModel({ answers })
  const telemetry = createFakeTelemetry()
  const parts: RunParts = {
    telemetry,
    router: { pick: async () => model },
    threads: async () => threads,
    retrieve: async () => ({ passages: [] }),
    assembler: createContextAssembler(),
    ...more,
  }
  return { parts, kept, model, telemetry }
}

const ask = (text: string, more: Partial<RunRequest> = {}): RunRequest => ({
  principal: LOCAL,
  thread: 'ada',
  messages: [createMessage('user', text)],
  ...more,
})

const all = async (stream: AsyncIterable<StreamPart>): Promise<StreamPart[]> => Array.fromAsync(stream)
const terminals = (parts: StreamPart[]): string[] =>
  parts.map(({ type }) => type).filter((type) => ['finish', 'error', 'abort'].includes(type))

it('keeps a finished turn, with its citation, and sends it again with the next', async () => {
  const { parts, kept, model } = createParts(['It is 400 NOK.', 'Yes.'], {
    retrieve: async () => ({ passages: [MEALS] }),
  })
  const first = await all(run(ask('What may I spend?', { retrieve: 'default' }), parts))
  expect(terminals(first)).toEqual(['finish'])
  const citation = first.find(({ type }) => type === 'citation')
  expect(citation).toMatchObject({ citation: { index: 1, start: 115, end: 154, chunkId: 'meals' } })
  expect(kept.map(({ role }) => role)).toEqual(['user', 'assistant'])
  // What was asked is kept, not the passages it was sent with.
  expect(messageText(kept[0]!)).toBe('What may I spend?')

  await collect(run(ask('Sure?', { retrieve: 'default' }), parts))
  const sent = model.requests[1]!.messages.map(messageText)
  expect(sent[0]).toBe('What may I spend?')
  expect(sent.at(-1)).toContain('The allowance in Oslo is 400 NOK a day.')
})

it('keeps of what was written from passages, or by an untrusted tool, that it is of others', async () => {
  const { parts, kept } = createParts(
    ['It is 400 NOK.', 'Plain.', { toolCalls: [{ name: 'page', arguments: {} }] }, 'Read.'],
    {
      retrieve: async () => ({ passages: [MEALS] }),
    },
  )
  const inputSchema = { jsonSchema: { type: 'object' as const } }
  const page = { ...tool({ name: 'page', description: 'Reads', inputSchema, execute: () => 'text' }), untrusted: true }
  await collect(run(ask('What may I spend?', { retrieve: 'default' }), parts))
  await collect(run(ask('Thanks', { thread: 'bob' }), parts))
  await collect(run(ask('Read it', { thread: 'eve', tools: [page] }), parts))
  expect(kept.map(({ role, untrusted }) => [role, untrusted ?? false])).toEqual([
    ['user', false],
    ['assistant', true],
    ['user', false],
    ['assistant', false],
    ['user', false],
    ['assistant', false],
    ['tool', true],
    ['assistant', false],
  ])
})

it('keeps nothing of a turn that failed, and records the error under its own code', async () => {
  const error = new RtError({ code: 'engine_crashed', message: 'gone.' }).toJSON()
  const { parts, kept, telemetry } = createParts([
    {
      parts: [
        { type: 'text-delta', text: 'It' },
        { type: 'error', error },
      ],
    },
  ])
  const stream = await all(run(ask('Hi'), parts))
  expect(stream.at(-1)).toMatchObject({ type: 'error', error: { code: 'engine_crashed' } })
  expect(terminals(stream)).toHaveLength(1)
  expect(kept).toEqual([])
  expect(telemetry.roots[0]).toMatchObject({ ended: true, error: { code: 'engine_crashed', message: 'gone.' } })
})

it('keeps nothing of a turn that was given up, and ends its span', async () => {
  const { parts, kept, telemetry } = createParts(['one two three four'])
  const giveUp = new AbortController()
  const seen: StreamPart[] = []
  for await (const part of run(ask('Count'), parts, giveUp.signal)) {
    seen.push(part)
    if (part.type === 'text-delta') giveUp.abort()
  }
  expect(terminals(seen)).toEqual(['abort'])
  expect(kept).toEqual([])
  expect(telemetry.roots[0]).toMatchObject({ ended: true, error: { code: 'aborted' } })
})

it('ends its span when its reader leaves early', async () => {
  const { parts, kept, telemetry } = createParts(['one two three'])
  for await (const part of run(ask('Count'), parts)) if (part.type === 'text-delta') break
  expect(kept).toEqual([])
  expect(telemetry.roots[0]?.ended).toBe(true)
})

it('does not wait for a model that loads when the caller gives up', async () => {
  const { parts } = createParts([''], { router: { pick: () => new Promise(() => {}) } })
  expect(await all(run(ask('Hi'), parts, AbortSignal.abort()))).toMatchObject([{ type: 'abort' }])
})

it('ends with one error when the turn cannot be kept', async () => {
  const failing: ThreadStore = {
    append: () => Promise.reject(new RtError({ code: 'disk_full', message: 'no space.' })),
    messages: async () => [],
    list: async () => [],
    delete: async () => false,
  }
  const { parts } = createParts(['Fine.'], { threads: async () => failing })
  const stream = await all(run(ask('Hi'), parts))
  expect(terminals(stream)).toEqual(['error'])
  expect(stream.at(-1)).toMatchObject({ error: { code: 'disk_full' } })
})

it('takes only what is new from a client that sends its whole history, and its instructions for this turn only', async () => {
  const { parts, kept, model } = createParts(['One.', 'Two.'])
  const system = createMessage('system', 'Be brief.')
  await collect(run(ask('', { messages: [system, createMessage('user', 'a')] }), parts))
  const history = [system, createMessage('user', 'a'), createMessage('assistant', 'One.'), createMessage('user', 'b')]
  await collect(run(ask('', { messages: history }), parts))
  expect(kept.map(({ role, parts: [part] }) => `${role} ${part?.type === 'text' ? part.text : ''}`)).toEqual([
    'user a',
    'assistant One.',
    'user b',
    'assistant Two.',
  ])
  expect(model.requests[1]!.messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user'])
})

it('cites only what fitted into the window', async () => {
  const long = { ...MEALS, id: 'long', text: `${'word '.repeat(500)} 400 NOK` }
  const { parts } = createParts(['It is 400 NOK.'], {
    retrieve: async () => ({ passages: [{ ...MEALS, id: 'other', text: 'Nothing here.' }, long] }),
    router: {
      pick: async () => createScriptedModel({ answers: ['It is 400 NOK.'], capabilities: { contextTokens: 300 } }),
    },
  })
  const stream = await all(run(ask('How much?', { retrieve: 'default', maxOutputTokens: 50 }), parts))
  expect(stream.find(({ type }) => type === 'context')).toMatchObject({ context: { trimmed: [{ id: 'long' }] } })
  expect(stream.some(({ type }) => type === 'citation')).toBe(false)
})

it('says what is wrong with the retrieval, runs tools, and keeps call and result', async () => {
  const now = tool({
    name: 'now',
    description: 'Time',
    inputSchema: { jsonSchema: { type: 'object' } },
    execute: () => '12:00',
  })
  const warning = { id: 'no-embedder', message: 'by words only.' }
  const { parts, kept } = createParts([{ toolCalls: [{ name: 'now', arguments: {} }] }, 'It is noon.'], {
    retrieve: async () => ({ passages: [], warning }),
  })
  const stream = await all(run(ask('What time is it?', { tools: [now], retrieve: 'default' }), parts))
  expect(stream).toContainEqual({ type: 'warning', ...warning })
  expect(kept.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant'])
})
