import {
  createMessage,
  LOCAL,
  type Message,
  type PrivacyLabel,
  type RetrievedChunk,
  type StreamPart,
  type ThreadStore,
} from '@rt/core'
import { createFakeTelemetry, createScriptedModel, type ScriptedAnswer } from '@rt/core/testing'
import { createRoute } from '@rt/inference/router'
import { createContextAssembler } from '@rt/memory'
import { tool } from '@rt/tools'
import { expect, it } from 'vitest'
import { run } from './run.ts'
import type { RetrieveOptions, RunParts, RunRequest } from './run-request.ts'

const label: PrivacyLabel = 'local-only'
const PAY: RetrievedChunk = {
  id: 'pay',
  source: 'hr/pay.md',
  headings: ['Pay'],
  text: 'Ada earns 100 a day.',
  start: 0,
  end: 20,
  score: 1,
  label,
}
const MEALS: RetrievedChunk = {
  ...PAY,
  id: 'meals',
  source: 'handbook/travel.md',
  text: 'Meals: 400 NOK.',
  label: undefined,
}

/** `model: 'remote'` asks a route whose only leg is elsewhere; the default is a model of this machine. */
const setUp = (passages: RetrievedChunk[] = [], { contextTokens = 4096 } = {}) => {
  const kept: Message[] = []
  const queries: RetrieveOptions[] = []
  const threads: ThreadStore = {
    append: async (_principal, _id, messages) => void kept.push(...messages),
    messages: async () => [...kept],
    list: async () => [],
    delete: async () => false,
  }
  const answers = (...given: ScriptedAnswer[]): ScriptedAnswer[] => given
  const local = createScriptedModel({
    answers: answers('Ada earns 100.'),
    capabilities: { local: true, contextTokens },
  })
  const remote = createScriptedModel({ id: 'far/model', answers: answers('Fine.'), capabilities: { local: false } })
  const route = createRoute({ id: 'far', legs: [{ model: remote }] })
  const telemetry = createFakeTelemetry()
  const parts: RunParts = {
    telemetry,
    router: { pick: async (name) => (name === 'remote' ? route : local) },
    threads: async () => threads,
    retrieve: async (_collection, _query, options) => (queries.push(options), { passages }),
    assembler: createContextAssembler(),
  }
  const ask = (text: string, more: Partial<RunRequest> = {}): Promise<StreamPart[]> =>
    Array.fromAsync(run({ principal: LOCAL, thread: 'ada', messages: [createMessage('user', text)], ...more }, parts))
  const labels = (): (string | undefined)[] => kept.map((message) => message.label)
  return { ask, kept, labels, queries, local, remote, telemetry, parts }
}
const last = (stream: StreamPart[]): StreamPart => stream.at(-1)!

it('keeps a turn that is local-only from a model elsewhere, and what it was sent', async () => {
  const { ask, kept, remote, telemetry } = setUp()
  expect(last(await ask('My pay is 100.', { label, model: 'remote' }))).toMatchObject({
    type: 'error',
    error: { code: 'local_only', data: { legs: ['far/model'] } },
  })
  expect([remote.requests, kept]).toEqual([[], []])
  expect(telemetry.roots[0]).toMatchObject({ error: { code: 'local_only' } })
  // Without the label the same question is answered there.
  expect(last(await ask('My pay is 100.', { model: 'remote' }))).toMatchObject({ type: 'finish' })
})

it('labels the turn and its answer in the thread, so that no later turn takes them elsewhere', async () => {
  const { ask, labels, remote } = setUp()
  expect(last(await ask('My pay is 100.', { label }))).toMatchObject({ type: 'finish' })
  expect(labels()).toEqual([label, label])
  expect(last(await ask('And yours?', { model: 'remote' }))).toMatchObject({ error: { code: 'local_only' } })
  expect(remote.requests).toEqual([])
  expect(labels()).toHaveLength(2)
})

it('labels an answer that a labelled passage was offered for, not the question, and marks the span', async () => {
  const { ask, labels, local, remote, telemetry } = setUp([MEALS, PAY])
  await ask('What does Ada earn?', { retrieve: 'default' })
  expect(local.requests[0]?.messages.at(-1)?.label).toBe(label)
  expect(labels()).toEqual([undefined, label])
  expect(telemetry.roots[0]?.attributes['rt.label']).toBe(label)
  // The answer quotes the passage: without retrieval it is the thread that carries it.
  expect(last(await ask('Thanks.', { model: 'remote' }))).toMatchObject({ error: { code: 'local_only' } })
  expect(remote.requests).toEqual([])
})

it('labels nothing for a passage that did not fit', async () => {
  const { ask, labels } = setUp([MEALS, { ...PAY, text: 'Ada earns 100. '.repeat(200) }], { contextTokens: 300 })
  const stream = await ask('What does Ada earn?', { retrieve: 'default', maxOutputTokens: 50 })
  expect(stream.find(({ type }) => type === 'context')).toMatchObject({ context: { trimmed: [{ id: 'pay' }] } })
  expect(labels()).toEqual([undefined, undefined])
})

it('labels an answer that came of a labelled tool, its call and result with it', async () => {
  const { ask, labels, parts } = setUp()
  const mail = tool({
    name: 'read_mail',
    description: 'Mail',
    inputSchema: { jsonSchema: { type: 'object' } },
    label,
    execute: () => 'Ada earns 100.',
  })
  const model = createScriptedModel({
    answers: [{ toolCalls: [{ name: 'read_mail', arguments: {} }] }, 'She earns 100.'],
    capabilities: { local: true },
  })
  parts.router.pick = async () => model
  expect(last(await ask('What does Ada earn?', { tools: [mail] }))).toMatchObject({ type: 'finish' })
  expect(labels()).toEqual([undefined, label, label, label])
})

it('stops between two steps when the first brought what must stay here', async () => {
  const { ask, kept, parts } = setUp()
  const mail = tool({
    name: 'read_mail',
    description: 'Mail',
    inputSchema: { jsonSchema: { type: 'object' } },
    label,
    execute: () => 'Ada earns 100.',
  })
  const remote = createScriptedModel({
    id: 'far/model',
    answers: [{ toolCalls: [{ name: 'read_mail', arguments: {} }] }, 'She earns 100.'],
    capabilities: { local: false },
  })
  const route = createRoute({ id: 'far', legs: [{ model: remote }] })
  parts.router.pick = async () => route
  expect(last(await ask('What does Ada earn?', { tools: [mail] }))).toMatchObject({
    error: { code: 'local_only', data: { carriers: ['message 3 (tool read_mail)'] } },
  })
  expect(remote.requests).toHaveLength(1)
  expect(kept).toEqual([])
})

it('keeps the label of instructions, which are not kept themselves', async () => {
  const { ask, labels, local, remote } = setUp()
  const messages = [
    { ...createMessage('system', 'Ada earns 100.'), label },
    createMessage('user', 'What does she earn?'),
  ]
  await ask('', { messages, system: 'Be brief.' })
  const [system] = local.requests[0]!.messages
  expect(system).toMatchObject({ role: 'system', label, parts: [{ text: 'Be brief.\n\nAda earns 100.' }] })
  expect(labels()).toEqual([undefined, label])
  expect(last(await ask('', { messages, model: 'remote' }))).toMatchObject({ error: { code: 'local_only' } })
  expect(remote.requests).toEqual([])
})

it('says of a query that it must stay here: that of a labelled turn, and of a thread with one', async () => {
  const { ask, queries } = setUp()
  await ask('Hello', { retrieve: 'default' })
  await ask('My pay is 100.', { retrieve: 'default', label })
  await ask('Is that much?', { retrieve: 'default' })
  expect(queries.map((options) => options.label)).toEqual([undefined, label, label])
})

it('leaves all else without a label', async () => {
  const { ask, kept, telemetry } = setUp([MEALS])
  await ask('What may I spend?', { retrieve: 'default' })
  expect(kept.filter((message) => 'label' in message)).toEqual([])
  expect(telemetry.roots[0]?.attributes['rt.label']).toBeUndefined()
})

it.each<[string, Partial<RunRequest>]>([
  ['a turn', { label: 'local_only' as PrivacyLabel }],
  ['a message', { messages: [{ ...createMessage('user', 'x'), label: 'secret' as PrivacyLabel }] }],
])('refuses a word that is no label of %s', async (_, more) => {
  const { ask, local } = setUp()
  expect(await ask('x', more)).toMatchObject([{ type: 'error', error: { code: 'invalid_request' } }])
  expect(local.requests).toEqual([])
})
