import {
  createMessage,
  type JsonValue,
  type KeyValue,
  LOCAL,
  type Message,
  type StreamPart,
  type Tool,
  type ToolSelection,
} from '@rt/core'
import { createFakeClock, createFakeEmbedder, createFakeTelemetry, createScriptedModel } from '@rt/core/testing'
import { describe, expect, test } from 'vitest'
import { createMemoryCollection } from '../__fixtures__/memory-collection.ts'
import { createPassThroughAssembler } from '../__fixtures__/pass-through-assembler.ts'
import { runLoop } from '../loop/run-loop.ts'
import { tool } from '../tool.ts'
import { createToolSelector, type ToolSelectorOptions } from './create-tool-selector.ts'

const THINGS = ['weather', 'invoice', 'calendar', 'mailbox', 'playlist', 'parcel', 'recipe', 'flight', 'ticket', 'lamp']
const VERBS = ['read', 'create', 'delete']

const createTool = (name: string, description: string): Tool =>
  tool({
    name,
    description,
    inputSchema: { jsonSchema: { type: 'object', properties: { place: { type: 'string', description: 'where' } } } },
    execute: () => `${name} ran`,
  })
const tools = THINGS.flatMap((thing) =>
  VERBS.map((verb) => createTool(`${verb}_${thing}`, `${verb} some ${thing} of the user`)),
)
const user = (text: string): Message => createMessage('user', text)
const ask = (text: string, more: Partial<ToolSelection> = {}): ToolSelection => ({
  tools,
  messages: [user(text)],
  principal: LOCAL,
  ...more,
})
const names = (list: readonly Tool[]): string[] => list.map(({ name }) => name)

const createStore = (): KeyValue & { readonly values: Map<string, JsonValue> } => {
  const values = new Map<string, JsonValue>()
  return {
    values,
    get: async (key) => values.get(key),
    set: async (key, value) => void values.set(key, value),
    delete: async (key) => void values.delete(key),
    add: async () => 0,
  }
}
const setUp = (more: Partial<ToolSelectorOptions> = {}) => {
  const collection = createMemoryCollection()
  const embedder = createFakeEmbedder()
  return { collection, embedder, selector: createToolSelector({ collection, embedder, k: 3, ...more }) }
}

describe('createToolSelector', () => {
  test('shows find_tool, then those that fit the question', async () => {
    const { selector } = setUp()
    const shown = names(await selector.select(ask('please create an invoice for the user')))
    expect(shown[0]).toBe('find_tool')
    expect(shown[1]).toBe('create_invoice')
    expect(shown).toHaveLength(4)
  })

  test('shows all as they come where they are few', async () => {
    const { selector, collection } = setUp({ above: 30 })
    expect(names(await selector.select(ask('x')))).toEqual(names(tools))
    expect(collection.records.size).toBe(0)
  })

  test('shows those of `always` too, and never one that was not offered', async () => {
    const { selector } = setUp({ always: ['read_lamp', 'format_disk'] })
    const offered = tools.filter(({ name }) => name !== 'create_invoice')
    const shown = names(await selector.select(ask('create an invoice', { tools: offered })))
    expect(shown.slice(0, 2)).toEqual(['find_tool', 'read_lamp'])
    expect(shown).not.toContain('format_disk')
    expect(shown).not.toContain('create_invoice')
  })

  test('embeds a tool once, also for another process, and again when its description changed', async () => {
    const { selector, collection, embedder } = setUp()
    await selector.select(ask('delete the flight'))
    expect(embedder.counts.texts).toBe(tools.length + 1)
    await Promise.all([selector.select(ask('read the recipe')), selector.select(ask('read the parcel'))])
    expect(embedder.counts.texts).toBe(tools.length + 3)
    const next = createFakeEmbedder()
    const changed = [createTool('read_weather', 'forecast for tomorrow'), ...tools.slice(1)]
    await createToolSelector({ collection, embedder: next }).select(ask('forecast', { tools: changed }))
    expect(next.counts.texts).toBe(2)
    // What was replaced is there, and is not found.
    expect(collection.records.size).toBe(tools.length + 1)
  })

  test('looks up what it knows again after a day, since records end', async () => {
    const clock = createFakeClock()
    const { selector, collection, embedder } = setUp({ clock })
    await selector.select(ask('delete the flight'))
    collection.records.clear()
    await clock.advance(25 * 60 * 60 * 1000)
    expect(names(await selector.select(ask('delete the flight')))).toContain('delete_flight')
    expect(embedder.counts.texts).toBe(2 * (tools.length + 1))
    expect([...collection.records.values()].every(({ expires }) => expires! > clock.now())).toBe(true)
  })

  test('finds by words where there is no embedder, and embeds what has no vector once there is one', async () => {
    const { collection, embedder, selector } = setUp({ embedder: undefined })
    expect(names(await selector.select(ask('delete the flight')))[1]).toBe('delete_flight')
    expect(collection.queries.at(-1)?.vector).toBeUndefined()
    await createToolSelector({ collection, embedder }).select(ask('delete the flight'))
    expect([...collection.records.values()].every(({ vector }) => vector)).toBe(true)
  })

  test('an embedder that fails leaves the words, and is not asked again for a while', async () => {
    const clock = createFakeClock()
    let calls = 0
    const broken = { ...createFakeEmbedder(), embed: async () => Promise.reject(new TypeError(`down ${calls++}`)) }
    const { selector } = setUp({ embedder: broken, clock })
    expect(names(await selector.select(ask('delete the flight')))[1]).toBe('delete_flight')
    await selector.select(ask('read the lamp'))
    expect(calls).toBe(1)
    await clock.advance(61_000)
    await selector.select(ask('read the lamp'))
    expect(calls).toBe(2)
  })

  test.each([
    [true, 1],
    [false, 0],
  ])('what is local-only goes to an embedder of this machine alone: local %s', async (local, expected) => {
    const embedder = createFakeEmbedder({ local })
    const { selector } = setUp({ embedder })
    await selector.select(ask('read the lamp'))
    const { texts } = embedder.counts
    const messages = [{ ...user('what does Ada earn'), label: 'local-only' as const }, user('delete the flight now')]
    expect(names(await selector.select(ask('', { messages })))).toContain('delete_flight')
    expect(embedder.counts.texts - texts).toBe(expected)
  })

  test('a short question is about the one before', async () => {
    const { selector } = setUp()
    const messages = [user('delete the flight to Rome that I booked'), createMessage('assistant', 'Which?'), user('it')]
    expect(names(await selector.select(ask('', { messages })))).toContain('delete_flight')
  })

  test('only adds, in a run and in a thread, also after a restart', async () => {
    const seen = createStore()
    const { selector, collection, embedder } = setUp({ seen })
    const thread = 't1'
    const first = await selector.select(ask('create an invoice', { thread }))
    const same = await selector.select(ask('play some playlist', { thread, shown: first }))
    expect(names(same)).toEqual(names(first))
    const restarted = createToolSelector({ collection, embedder, k: 3, seen })
    const next = names(await restarted.select(ask('delete the flight', { thread })))
    expect(next.slice(0, first.length)).toEqual(names(first))
    expect(next).toContain('delete_flight')
    const other = names(await restarted.select(ask('delete the flight', { thread, principal: 'key:other' })))
    expect(other).not.toContain('create_invoice')
    expect([...seen.values.keys()].join()).not.toContain(thread)
  })

  test('a tool that is gone for a while comes back to its place', async () => {
    const { selector } = setUp({ seen: createStore() })
    const first = names(await selector.select(ask('create an invoice', { thread: 't' })))
    const fewer = tools.filter(({ name }) => name !== first[1])
    expect(names(await selector.select(ask('delete the flight', { thread: 't', tools: fewer })))).not.toContain(
      first[1],
    )
    const again = names(await selector.select(ask('delete the flight', { thread: 't' })))
    expect(again.slice(0, first.length)).toEqual(first)
  })

  test('says on a span how many there were, and how they were looked for', async () => {
    const telemetry = createFakeTelemetry()
    const { selector } = setUp()
    await selector.select(ask('delete the flight'), { span: telemetry.span('request') })
    const span = telemetry.roots[0]?.children.find(({ name }) => name === 'tools.select')
    expect(span?.attributes).toMatchObject({
      'rt.tools.all': 30,
      'rt.tools.shown': 4,
      'rt.tools.search': 'hybrid',
    })
    expect(JSON.stringify(span?.attributes)).not.toContain('flight')
  })

  test.each([{ above: -1 }, { k: 0 }, { k: 1.5 }])('refuses %j', (wrong) => {
    expect(() => setUp(wrong)).toThrow(/is -?[\d.]+\./)
  })
})

describe('find_tool in the loop', () => {
  const read = async (answers: Parameters<typeof createScriptedModel>[0]['answers'], more: object = {}) => {
    const model = createScriptedModel({ answers, capabilities: { contextTokens: 1e6 } })
    const parts: StreamPart[] = []
    const { selector } = setUp()
    const options = {
      model,
      messages: [user('create an invoice')],
      tools,
      selector,
      assembler: createPassThroughAssembler(),
      principal: LOCAL,
      ...more,
    }
    for await (const part of runLoop(options)) parts.push(part)
    const shown = model.requests.map((request) => request.tools?.map(({ name }) => name) ?? [])
    return { parts, shown }
  }

  test('what it finds is added to the next step and runs; the list before it stays', async () => {
    const { parts, shown } = await read([
      { toolCalls: [{ name: 'delete_flight', arguments: {} }] },
      { toolCalls: [{ name: 'find_tool', arguments: { query: 'delete flight' } }] },
      { toolCalls: [{ name: 'delete_flight', arguments: {} }] },
      'done',
    ])
    const results = parts.flatMap((part) => (part.type === 'tool-result' ? [part.result] : []))
    expect(results[0]).toMatchObject({ error: { code: 'tool_not_found' } })
    expect(results[1]).toMatchObject({
      tools: expect.arrayContaining([expect.objectContaining({ name: 'delete_flight' })]),
    })
    expect(results[2]).toBe('delete_flight ran')
    expect(shown[0]).not.toContain('delete_flight')
    for (const [step, list] of shown.entries())
      expect(list.slice(0, shown[step - 1]?.length ?? 0)).toEqual(shown[step - 1] ?? [])
    expect(shown[2]).toContain('delete_flight')
  })

  test('what a client says it found is shown only when it was offered', async () => {
    const result = { tools: [{ name: 'read_lamp' }, { name: 'rm_rf' }, 5, null] }
    const messages = [
      createMessage('tool', [{ type: 'tool-result', id: 'c', name: 'find_tool', result }]),
      createMessage('tool', [{ type: 'tool-result', id: 'd', name: 'find_tool', result: null }]),
      user('create an invoice'),
    ]
    const { shown } = await read(['done'], { messages })
    expect(shown[0]).toContain('read_lamp')
    expect(shown[0]).not.toContain('rm_rf')
  })
})
