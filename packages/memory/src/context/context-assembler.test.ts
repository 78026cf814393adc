import {
  createMessage,
  messageText,
  RtError,
  type AssembleRequest,
  type Message,
  type Prompt,
  type RetrievedChunk,
} from '@rt/core'
import { createScriptedModel, type ScriptedModel } from '@rt/core/testing'
import { describe, expect, it } from 'vitest'
import { createContextAssembler } from './context-assembler.ts'

const words = (count: number, word = 'w'): string => Array.from({ length: count }, () => word).join(' ')
const user = (text: string): Message => createMessage('user', text)
const assistant = (text: string): Message => createMessage('assistant', text)
const chunk = (id: string, count: number): RetrievedChunk => ({
  id,
  source: `docs/${id}.md`,
  headings: ['Title'],
  text: `## Title\n\n${words(count, id)}`,
  start: 0,
  end: 1,
  score: 1,
})

interface CountingModel extends ScriptedModel {
  counts: number
}

/** Adds four tokens a message and a default instruction, as chat templates do. */
const createModel = (contextTokens: number): CountingModel => {
  const scripted = createScriptedModel({ answers: [''], capabilities: { contextTokens } })
  const model: CountingModel = {
    ...scripted,
    counts: 0,
    async countTokens(prompt: Prompt) {
      model.counts++
      const own = prompt.messages[0]?.role === 'system' ? 0 : 6
      return (await scripted.countTokens(prompt)) + prompt.messages.length * 4 + own
    },
  }
  return model
}

const tool = { name: 'weather', description: 'Weather of a city', parameters: { type: 'object' } }
const sumOf = (by: Record<string, number>): number => Object.values(by).reduce((a, b) => a + b, 0)
const assembler = createContextAssembler()

describe('createContextAssembler', () => {
  it('puts passages into the last user message, numbered, and leaves all before it alone', async () => {
    const model = createModel(2048)
    const history = [user('first'), assistant('second')]
    const request: AssembleRequest = {
      model,
      system: 'Be brief.',
      messages: [...history, user('What now?')],
      reserve: 100,
    }
    const plain = await assembler.assemble(request)
    const { messages, retrieved } = await assembler.assemble({ ...request, retrieved: [chunk('a', 3), chunk('b', 2)] })
    expect(messages.slice(0, -1)).toEqual(plain.messages.slice(0, -1))
    expect(messages[0]).toMatchObject({ role: 'system', id: 'system', parts: [{ text: 'Be brief.' }] })
    expect(retrieved.map(({ id }) => id)).toEqual(['a', 'b'])
    const text = messageText(messages.at(-1)!)
    expect(text).toContain('[2] Title\nb b\n\n[1] Title\na a a')
    expect(text.endsWith('What now?')).toBe(true)
    expect(messageText(request.messages[2]!)).toBe('What now?')
  })

  it('sums to what the model counts, over many mixes, and never exceeds the limit', async () => {
    for (let seed = 0; seed < 200; seed++) {
      const model = createModel(120 + (seed % 7) * 60)
      const turns = Array.from({ length: seed % 11 }, (_, i) => [
        user(words((i * 7 + seed) % 23)),
        assistant(words((i * 5) % 17)),
      ])
      const request: AssembleRequest = {
        model,
        ...(seed % 2 && { system: words(seed % 13, 's') }),
        messages: [...turns.flat(), user(words(1 + (seed % 9)))],
        retrieved: Array.from({ length: seed % 5 }, (_, i) => chunk(`c${i}`, 5 + ((seed * (i + 3)) % 40))),
        ...(seed % 3 === 0 && { tools: [tool] }),
        reserve: 40,
      }
      const { messages, retrieved, report } = await assembler.assemble(request)
      expect(report.used).toBe(await model.countTokens({ messages, tools: request.tools }))
      expect(sumOf(report.by)).toBe(report.used)
      expect(report.limit).toBe(model.capabilities.contextTokens - 40)
      expect(report.used).toBeLessThanOrEqual(report.limit)
      expect(Math.min(...Object.values(report.by))).toBeGreaterThanOrEqual(0)
      // Nothing vanishes: every message and chunk is sent or listed, and the listed tokens are those that were saved.
      const listed = (kind: string): string[] => report.trimmed.filter((item) => item.kind === kind).map(({ id }) => id)
      const sent = messages.filter(({ role }) => role !== 'system').map(({ id }) => id)
      expect([...listed('message'), ...sent]).toEqual(request.messages.map(({ id }) => id))
      expect([...retrieved.map(({ id }) => id), ...listed('chunk')]).toEqual(request.retrieved!.map(({ id }) => id))
      const roomy = { ...model, capabilities: { ...model.capabilities, contextTokens: 1e6 } }
      const all = await assembler.assemble({ ...request, model: roomy })
      expect(report.used + report.trimmed.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(all.report.used)
    }
  })

  it('gives each part its own tokens', async () => {
    const { report } = await assembler.assemble({
      model: createModel(500),
      system: words(10),
      messages: [user(words(5))],
      retrieved: [chunk('a', 20)],
      tools: [tool],
      reserve: 0,
    })
    // What the template adds around each message, the empty system message included, counts as history.
    expect(report.by).toEqual({ system: 10, tools: 6, memory: 0, retrieval: 27, history: 13 })
  })

  it('drops the lowest ranked passages before any history', async () => {
    const messages = [user(words(20)), assistant(words(20)), user('q')]
    const { report, retrieved } = await assembler.assemble({
      model: createModel(140),
      messages,
      retrieved: [chunk('a', 30), chunk('b', 30), chunk('c', 30)],
      reserve: 10,
    })
    expect(retrieved.map(({ id }) => id)).toEqual(['a'])
    expect(report.trimmed.map(({ kind, id }) => [kind, id])).toEqual([
      ['chunk', 'b'],
      ['chunk', 'c'],
    ])
  })

  it('keeps passages within their share of the window, but always the best one', async () => {
    const request = { messages: [user('q')], retrieved: [chunk('a', 60), chunk('b', 60)], reserve: 0 }
    const share = (retrievalShare: number) =>
      createContextAssembler({ retrievalShare }).assemble({ model: createModel(400), ...request })
    expect((await share(0.5)).retrieved).toHaveLength(2)
    expect((await share(0.25)).retrieved).toHaveLength(1)
    expect((await share(0)).retrieved).toHaveLength(1)
  })

  it('trims whole turns, a tool call with its results, oldest first', async () => {
    const call = createMessage('assistant', [{ type: 'tool-call', id: 'c', name: 'f', arguments: {} }])
    const result = createMessage('tool', [{ type: 'tool-result', id: 'c', name: 'f', result: words(30) }])
    const old = [user('old'), call, result, assistant('done')]
    const recent = [user('recent'), assistant('yes')]
    const { messages, report } = await assembler.assemble({
      model: createModel(60),
      messages: [...old, ...recent, user('now')],
      reserve: 20,
    })
    expect(messages.map(messageText)).toEqual(['recent', 'yes', 'now'])
    expect(report.trimmed.map(({ id }) => id)).toEqual(old.map(({ id }) => id))
  })

  it('keeps the tool results of the turn that is going on', async () => {
    const call = createMessage('assistant', [{ type: 'tool-call', id: 'c', name: 'f', arguments: {} }])
    const result = createMessage('tool', [{ type: 'tool-result', id: 'c', name: 'f', result: words(20) }])
    const { messages } = await assembler.assemble({
      model: createModel(70),
      messages: [user(words(20)), assistant('x'), user('now'), call, result],
      retrieved: [chunk('a', 3)],
      reserve: 10,
    })
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool'])
    expect(messageText(messages[0]!)).toContain('[1] Title')
  })

  it('gives up a passage that is larger than the window, not the history', async () => {
    const { messages, retrieved } = await assembler.assemble({
      model: createModel(60),
      messages: [user('a'), assistant('b'), user('q')],
      retrieved: [chunk('huge', 500)],
      reserve: 10,
    })
    expect(retrieved).toEqual([])
    expect(messages).toHaveLength(3)
  })

  it('says the numbers when the last message does not fit', async () => {
    const request = { model: createModel(100), messages: [user('old'), assistant('x'), user(words(90))], reserve: 30 }
    const error = await assembler.assemble(request).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'context_overflow',
      data: { needed: 100, limit: 70, window: 100, reserve: 30, model: 'scripted' },
    })
    expect((error as Error).message).toMatch(/100 tokens.*70.*100.*30/)
  })

  it('fills no more than its share of the window, and says what stands in the way', async () => {
    const half = createContextAssembler({ window: 0.5 })
    const messages = [user(words(30)), assistant(words(30)), user('now')]
    const whole = await assembler.assemble({ model: createModel(101), messages, reserve: 10 })
    expect(whole.report).toMatchObject({ limit: 91, trimmed: [] })
    const { report } = await half.assemble({ model: createModel(101), messages, reserve: 10 })
    expect([report.limit, report.trimmed.length]).toEqual([50, 2])
    expect(report.used).toBeLessThanOrEqual(50)
    // What is kept for the answer counts when it leaves less.
    expect((await half.assemble({ model: createModel(101), messages, reserve: 70 })).report.limit).toBe(31)
    await expect(half.assemble({ model: createModel(101), messages: [user(words(60))], reserve: 10 })).rejects.toThrow(
      /70 tokens.* has 50 for it: prompts may fill that much of its window of 101/,
    )
    for (const window of [0, -1, 1.1, Number.NaN])
      expect(() => createContextAssembler({ window })).toThrow(`window is ${window}`)
  })

  it('asks for few counts: two to four when all fits, few dozens at worst', async () => {
    const model = createModel(100_000)
    const turns = Array.from({ length: 500 }, () => [user(words(9)), assistant(words(9))]).flat()
    const request: AssembleRequest = {
      model,
      messages: [...turns, user('q')],
      retrieved: [chunk('a', 9), chunk('b', 9)],
      reserve: 0,
    }
    await assembler.assemble(request)
    expect(model.counts).toBeLessThanOrEqual(4)
    const small = createModel(300)
    await assembler.assemble({ ...request, model: small, system: 's', tools: [tool] })
    expect(small.counts).toBeLessThanOrEqual(2 + 1 + 2 * (2 + 9) + 3)
  })

  it('labels the message that carries a labelled passage, and not for one that was left out', async () => {
    const secret = (id: string, count: number): RetrievedChunk => ({ ...chunk(id, count), label: 'local-only' })
    const request = { messages: [user('a'), assistant('b'), user('q')], reserve: 10 }
    const labels = async (window: number, retrieved: RetrievedChunk[]): Promise<(string | undefined)[]> =>
      (await assembler.assemble({ ...request, model: createModel(window), retrieved })).messages.map(
        ({ label }) => label,
      )
    expect(await labels(500, [chunk('a', 5), secret('b', 5)])).toEqual([undefined, undefined, 'local-only'])
    expect(await labels(80, [chunk('a', 5), secret('b', 50)])).toEqual([undefined, undefined, undefined])
    expect(await labels(500, [])).toEqual([undefined, undefined, undefined])
  })

  it('keeps the labels of the question and of instructions that it puts together', async () => {
    const label = 'local-only' as const
    const messages = [
      { ...createMessage('system', 'From the client.'), label },
      { ...user('q'), label },
    ]
    const given = { model: createModel(500), system: 'Ours.', messages, retrieved: [chunk('a', 2)], reserve: 0 }
    expect((await assembler.assemble(given)).messages.map((message) => message.label)).toEqual([label, label])
  })

  it('joins system messages at the start with its own instructions', async () => {
    const messages = [createMessage('system', 'From the client.'), user('q')]
    const assembled = await assembler.assemble({ model: createModel(500), system: 'Ours.', messages, reserve: 0 })
    expect(assembled.messages.map(messageText)).toEqual(['Ours.\n\nFrom the client.', 'q'])
  })

  it('keeps files beside the question and refuses an impossible reserve', async () => {
    const file = { type: 'file' as const, mediaType: 'image/png', data: 'data:,x' }
    const asked = createMessage('user', [file, { type: 'text', text: 'What is it?' }])
    const request = { model: createModel(500), messages: [asked], retrieved: [chunk('a', 2)], reserve: 0 }
    const { messages } = await assembler.assemble(request)
    expect(messages[0]?.parts).toContainEqual(file)
    await expect(assembler.assemble({ ...request, reserve: -1 })).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(assembler.assemble({ ...request, reserve: 9999 })).rejects.toMatchObject({ code: 'context_overflow' })
  })

  it('names the documents whose passages may not be sent', async () => {
    const refusal = new RtError({ code: 'local_only', message: 'x may not answer: local-only is message 1 (user)' })
    const model = { ...createModel(2048), countTokens: () => Promise.reject(refusal) }
    const retrieved = [
      { ...chunk('pay', 3), label: 'local-only' as const },
      { ...chunk('pay', 2), label: 'local-only' as const },
      chunk('open', 2),
    ]
    const request: AssembleRequest = { model, messages: [user('What does Ada earn?')], reserve: 100 }
    await expect(assembler.assemble({ ...request, retrieved })).rejects.toMatchObject({
      code: 'local_only',
      message: 'x may not answer: local-only is message 1 (user), with passages of docs/pay.md',
    })
    await expect(assembler.assemble(request)).rejects.toBe(refusal)
  })
})
