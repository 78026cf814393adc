import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EmbeddingModel, Provider } from '@rt/core'
import { createFakeEmbedder, createScriptedModel } from '@rt/core/testing'
import { expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from './__fixtures__/command.ts'
import { createRuntime, type Runtime, type RuntimeOptions } from './index.ts'

/** An embedder elsewhere that knows its dimensions only after a first vector, and all it was sent. */
const setUp = async (options: RuntimeOptions = {}) => {
  const folder = await temporaryFolder()
  onTestFinished(() => folder[Symbol.asyncDispose]())
  const sent: string[] = []
  const embeddingModel = (name: string): EmbeddingModel => {
    const inner = createFakeEmbedder({ id: `far/${name}`, local: false })
    let seen = 0
    return Object.defineProperty(
      {
        ...inner,
        async embed(...[texts, ...rest]: Parameters<EmbeddingModel['embed']>) {
          sent.push(...texts)
          seen = inner.dimensions
          return inner.embed(texts, ...rest)
        },
      },
      'dimensions',
      {
        get() {
          if (seen) return seen
          throw new Error('not known yet')
        },
      },
    )
  }
  const echo = createScriptedModel({ id: 'far/echo', answers: ['Five.', 'Five.'] })
  const far: Provider = { id: 'far', languageModel: () => echo, embeddingModel }
  const rt = await createRuntime({
    data: join(folder.path, 'data'),
    config: false,
    chat: 'far/echo',
    embed: 'far/embed',
    ...options,
    providers: { far },
  })
  onTestFinished(() => rt.close())
  await writeFile(join(folder.path, 'menu.md'), '# Menu\n\nThe soup costs five.\n')
  return { rt, sent, menu: join(folder.path, 'menu.md') }
}

const embed = async (rt: Runtime, key: string, model = 'far/embed'): Promise<number> => {
  const response = await rt.fetch(
    new Request('http://localhost/v1/embeddings', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ model, input: 'three small words' }),
    }),
  )
  await response.text()
  return response.status
}

it('is asked for its dimensions under the budget, too, and only where they matter', async () => {
  const { rt, sent, menu } = await setUp({ router: { budget: { dayTokens: 0 } } })
  await expect(rt.ingest(menu)).rejects.toMatchObject({ code: 'budget_exceeded' })
  await expect(rt.embed(['three small words'])).rejects.toMatchObject({ code: 'budget_exceeded' })
  expect(sent).toEqual([])

  const free = await setUp()
  await free.rt.ingest(free.menu)
  expect(free.sent).toEqual(['rt', expect.stringContaining('soup')])
  const { secret } = await free.rt.keys.create({ name: 'ada', scope: 'chat' })
  expect(await embed(free.rt, secret, 'far/other')).toBe(200)
  expect(free.sent.slice(2)).toEqual(['three small words'])
})

it('is billed wherever it is asked: for documents, for questions, and for clients', async () => {
  const { rt, menu } = await setUp()
  await rt.ingest(menu)
  await rt.generate('What does the soup cost?')
  await rt.embed(['three small words'])
  expect(await rt.cost()).toContainEqual(expect.objectContaining({ model: 'far/embed', calls: 3, usd: null }))
})

it('counts each key for itself', async () => {
  const { rt } = await setUp({ router: { budget: { keyDayTokens: 9 } } })
  const [ada, bob] = await Promise.all(['ada', 'bob'].map((name) => rt.keys.create({ name, scope: 'chat' })))
  const answers: number[] = []
  for (const { secret } of [ada!, ada!, ada!, bob!]) answers.push(await embed(rt, secret))
  // Each takes 3 and up to 6 until it is counted.
  expect(answers).toEqual([200, 200, 429, 200])
})

it('counts a question for the key that asks it, not for whoever owns the documents', async () => {
  const { rt, menu, sent } = await setUp({ router: { budget: { keyDayTokens: 40 } } })
  await rt.ingest(menu)
  const before = sent.length
  const { secret } = await rt.keys.create({ name: 'ada', scope: 'chat' })
  const body = { messages: [{ role: 'user', content: 'soup '.repeat(50) }], rt: { retrieve: true } }
  const response = await rt.fetch(
    new Request('http://localhost/v1/chat/completions', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
      body: JSON.stringify(body),
    }),
  )
  expect([response.status, await response.text()]).toEqual([429, expect.stringMatching(/budget of '(?!local)/)])
  expect(sent).toHaveLength(before)
})
