import { createMessage, type LanguageModel, type Provider, type TraceSpan } from '@rt/core'
import { createScriptedModel } from '@rt/core/testing'
import { describeRoute } from '@rt/inference/router'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from './__fixtures__/command.ts'
import { type FakeClaude, startFakeClaude } from './__fixtures__/fake-claude.ts'
import { createRuntime, type Runtime, type RuntimeOptions } from './index.ts'

const CLAUDE = 'anthropic/claude-sonnet-4-5'
let claude: FakeClaude
beforeAll(async () => {
  claude = await startFakeClaude()
})
afterAll(() => claude[Symbol.asyncDispose]())
beforeEach(() => {
  claude.requests.length = 0
  claude.failure = undefined
})

/** A model of this machine that needs no weights, beside the fake Claude. */
const here = (): Provider => ({ id: 'here', languageModel: () => local() })
const local = (): LanguageModel => createScriptedModel({ id: 'here/echo', answers: ['Hello from here.'] })

const open = async (options: RuntimeOptions = {}): Promise<Runtime & { remove(): Promise<void> }> => {
  const folder = await temporaryFolder()
  const rt = await createRuntime({
    data: folder.path,
    config: false,
    embed: false,
    chat: CLAUDE,
    ...options,
    providers: {
      anthropic: { apiKey: 'sk-ant-canary', baseURL: claude.url, price: { input: 3, output: 15 } },
      here: here(),
      ...options.providers,
    },
  })
  return Object.assign(rt, {
    remove: async () => {
      await rt.close()
      await folder[Symbol.asyncDispose]()
    },
  })
}

/** What happened, as the trace of it tells. */
const routeLine = async (rt: Runtime): Promise<string | undefined> => {
  const trace = await rt.trace.last()
  return flat(trace!.spans)
    .map(({ attributes }) => describeRoute(attributes))
    .find(Boolean)
}
const flat = (spans: TraceSpan[]): TraceSpan[] => spans.flatMap((span) => [span, ...flat(span.children)])

describe('a remote model', () => {
  it('is asked by its name alone: streams, counts, is priced and traced', async () => {
    const rt = await open()
    const { text, usage } = await rt.generate('Hi')
    expect(text).toBe('Hello from Claude.')
    expect(usage).toMatchObject({ input: 12, cacheRead: 100, cacheWrite: 20, output: 5 })
    expect(claude.requests).toMatchObject([{ body: { model: 'claude-sonnet-4-5' } }])
    const [row] = await rt.cost()
    expect(row).toMatchObject({
      model: CLAUDE,
      calls: 1,
      usd: expect.closeTo((132 * 3 + 5 * 15) / 1e6, 9),
    })
    expect(await routeLine(rt)).toBe(`route ${CLAUDE}`)
    await rt.remove()
  })

  it('says which variable or key is missing', async () => {
    const folder = await temporaryFolder()
    const rt = await createRuntime({ data: folder.path, config: false, embed: false, chat: 'mistral/large' })
    await expect(rt.generate('Hi')).rejects.toMatchObject({
      code: 'unauthorized',
      hint: expect.stringContaining('MISTRAL_API_KEY'),
    })
    await rt.close()
    await folder[Symbol.asyncDispose]()
  })

  it('falls back, and the trace says so in one line', async () => {
    claude.failure = { status: 529, headers: { 'retry-after': '120' } }
    const rt = await open({ chat: [CLAUDE, 'here/echo'] })
    expect((await rt.generate('Hi')).text).toBe('Hello from here.')
    expect(await routeLine(rt)).toBe(`route ${CLAUDE} (busy) -> here/echo`)
    await rt.remove()
  })

  it('stops at the budget before the call, also after a restart', async () => {
    const folder = await temporaryFolder()
    const options = { data: folder.path, router: { budget: { dayUsd: 0.02 } } }
    const rt = await open(options)
    // Each may take up to 1,000 tokens for the answer: 1.5 cents; it takes less than a tenth of one.
    await rt.generate('Hi', { maxOutputTokens: 1000 })
    await rt.generate('Hi', { maxOutputTokens: 1000 })
    expect(claude.requests).toHaveLength(2)
    await rt.close()
    const again = await open(options)
    await expect(again.generate('Hi', { maxOutputTokens: 2000 })).rejects.toMatchObject({
      code: 'budget_exceeded',
      message: expect.stringContaining('$0.02'),
    })
    expect(claude.requests).toHaveLength(2)
    expect(await routeLine(again)).toBe(`route ${CLAUDE} (budget_exceeded)`)
    await again.close()
    await folder[Symbol.asyncDispose]()
  })

  it('answers from the cache, and bills nothing', async () => {
    const rt = await open({ router: { cache: { sampled: true } } })
    const first = await rt.generate('Hi')
    expect((await rt.generate('Hi')).text).toBe(first.text)
    expect(claude.requests).toHaveLength(1)
    expect(await routeLine(rt)).toMatch(/answered from the cache/)
    const trace = await rt.trace.last()
    expect(trace!.cost.usd).toBe(0)
    expect((await rt.cost()).map(({ model, calls }) => [model, calls])).toEqual([[CLAUDE, 2]])
    await rt.remove()
  })

  it('is not told what is local-only', async () => {
    const rt = await open()
    const secret = { ...createMessage('user', 'The canary is 1234.'), label: 'local-only' as const }
    await expect(rt.generate([secret])).rejects.toMatchObject({ code: 'local_only' })
    expect(claude.requests).toEqual([])
    expect(await routeLine(rt)).toBe(`route ${CLAUDE} (local-only data)`)
    await rt.remove()
  })

  it('gives way to a local one for what is local-only', async () => {
    const rt = await open({ chat: [CLAUDE, 'here/echo'] })
    const secret = { ...createMessage('user', 'The canary is 1234.'), label: 'local-only' as const }
    expect((await rt.generate([secret])).text).toBe('Hello from here.')
    expect(claude.requests).toEqual([])
    expect(await routeLine(rt)).toBe(`route ${CLAUDE} (local-only data) -> here/echo`)
    await rt.remove()
  })
})

describe('names out of requests', () => {
  const ask = async (rt: Runtime, model: string): Promise<{ status: number; body: string }> => {
    const response = await rt.fetch(
      new Request('http://localhost/v1/chat/completions', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hi' }] }),
      }),
    )
    return { status: response.status, body: await response.text() }
  }

  it('reach a configured provider, and of it only what is open', async () => {
    const rt = await open({
      chat: 'here/echo',
      providers: {
        anthropic: { apiKey: 'k', baseURL: claude.url, models: ['claude-haiku-4-5'] },
      },
    })
    expect((await ask(rt, 'anthropic/claude-haiku-4-5')).status).toBe(200)
    const refused = await ask(rt, 'anthropic/claude-opus-4-5')
    expect(refused).toMatchObject({ status: 404, body: expect.stringContaining('anthropic/claude-haiku-4-5') })
    expect(claude.requests).toHaveLength(1)
    await rt.remove()
  })

  it('reach no service that the operator did not name', async () => {
    const rt = await open({ chat: 'here/echo' })
    expect((await ask(rt, 'openai/gpt-5')).status).toBe(404)
    await rt.remove()
  })

  it('reach no model that the program named in a turn of its own', async () => {
    const rt = await open({
      chat: 'here/echo',
      providers: { anthropic: { apiKey: 'k', baseURL: claude.url, models: [] } },
    })
    expect((await rt.generate('Hi', { model: CLAUDE })).text).toBe('Hello from Claude.')
    expect((await ask(rt, CLAUDE)).status).toBe(404)
    expect((await rt.models()).map(({ id }) => id)).not.toContain(CLAUDE)
    await rt.remove()
  })

  it('are listed when they are open', async () => {
    const rt = await open({
      providers: { anthropic: { apiKey: 'k', baseURL: claude.url, models: ['claude-haiku-4-5'] } },
    })
    const ids = (await rt.models()).map(({ id }) => id)
    expect(ids).toEqual(expect.arrayContaining([CLAUDE, 'anthropic/claude-haiku-4-5']))
    await rt.remove()
  })
})
