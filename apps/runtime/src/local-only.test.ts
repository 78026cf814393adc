import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EmbeddingModel, LanguageModel, StreamPart } from '@rt/core'
import { createFakeEmbedder, createScriptedModel } from '@rt/core/testing'
import { connect } from '@rt/server/client'
import { expect, it, onTestFinished } from 'vitest'
import { runCommand, temporaryFolder } from './__fixtures__/command.ts'
import { startFakeClaude } from './__fixtures__/fake-claude.ts'
import { createRuntime, type RuntimeOptions } from './index.ts'

const CLAUDE = 'anthropic/claude-sonnet-4-5'
const SECRET = 'Ada earns 100 a day.'

/** A runtime whose default model is Claude, with a model of this machine beside it; everything Claude was sent. */
const setUp = async (options: RuntimeOptions = {}) => {
  const folder = await temporaryFolder()
  onTestFinished(() => folder[Symbol.asyncDispose]())
  await mkdir(join(folder.path, 'pay'))
  await writeFile(join(folder.path, 'pay', 'ada.md'), `# Pay\n\n${SECRET}\n`)
  const claude = await startFakeClaude()
  onTestFinished(() => claude[Symbol.asyncDispose]())
  const local: LanguageModel = createScriptedModel({ id: 'here/echo', answers: [SECRET] })
  const far = createFakeEmbedder({ id: 'far/embed', local: false })
  const sent: string[] = []
  const embedder: EmbeddingModel = {
    ...far,
    embed: (texts, ...rest) => (sent.push(...texts), far.embed(texts, ...rest)),
  }
  const rt = await createRuntime({
    data: join(folder.path, 'data'),
    config: false,
    embed: false,
    chat: CLAUDE,
    ...options,
    providers: {
      anthropic: { apiKey: 'sk-ant-canary', baseURL: claude.url, price: { input: 3, output: 15 } },
      here: { id: 'here', languageModel: () => local },
      far: { id: 'far', languageModel: () => local, embeddingModel: () => embedder },
    },
  })
  onTestFinished(() => rt.close())
  return { rt, sent, claude, pay: join(folder.path, 'pay'), folder: folder.path }
}
const outcome = async (stream: AsyncIterable<StreamPart>): Promise<string> => {
  const last = (await Array.fromAsync(stream)).at(-1)!
  return last.type === 'error' ? last.error.code : last.type
}

it('keeps labelled documents, and a thread they came into, from a model elsewhere', async () => {
  const { rt, claude, pay } = await setUp()
  await rt.ingest(pay, { label: 'local-only' })
  expect(await rt.documents.list()).toMatchObject([{ label: 'local-only' }])
  expect(await rt.search('Ada')).toMatchObject([{ label: 'local-only' }])

  const thread = rt.thread('ada')
  expect(await outcome(thread.stream('What does Ada earn?'))).toBe('local_only')
  expect((await thread.generate('What does Ada earn?', { model: 'here/echo' })).text).toBe(SECRET)
  expect((await thread.messages()).map(({ label }) => label)).toEqual([undefined, 'local-only'])
  // The passages are left out now; the answer was made of them.
  expect(await outcome(thread.stream('Is it much?', { retrieve: false }))).toBe('local_only')
  expect(claude.requests).toEqual([])
  expect(await outcome(rt.stream('Hello', { retrieve: false }))).toBe('finish')
})

it('sends neither labelled documents nor questions about them to an embedder elsewhere', async () => {
  const { rt, sent, pay, folder } = await setUp({ embed: 'far/embed', chat: 'here/echo' })
  await expect(rt.ingest(pay, { label: 'local-only' })).rejects.toMatchObject({ code: 'local_only' })
  expect(sent).toEqual([])
  await writeFile(join(folder, 'menu.md'), '# Menu\n\nSoup.\n')
  await rt.ingest(join(folder, 'menu.md'))
  expect(sent).toHaveLength(1)

  const parts = await Array.fromAsync(rt.stream('Who earns the soup?', { label: 'local-only' }))
  expect(parts).toContainEqual({
    type: 'warning',
    id: 'local-only-query',
    message: expect.stringContaining('far/embed') as unknown,
  })
  expect(parts.at(-1)).toMatchObject({ type: 'finish' })
  expect(sent).toHaveLength(1)
})

it('keeps texts and queries of their own from an embedder elsewhere', async () => {
  const { rt, sent, folder } = await setUp({ embed: 'far/embed', chat: 'here/echo' })
  await writeFile(join(folder, 'menu.md'), '# Menu\n\nSoup.\n')
  await rt.ingest(join(folder, 'menu.md'))
  sent.length = 0
  const label = 'local-only'
  expect(await rt.search('soup', { label })).toHaveLength(1)
  await expect(rt.embed([SECRET], { label })).rejects.toMatchObject({ code: 'local_only' })
  const embed = async (fields: object): Promise<number> => {
    const body = JSON.stringify({ input: SECRET, ...fields })
    const headers = { 'content-type': 'application/json' }
    const url = 'http://localhost/v1/embeddings'
    return (await rt.fetch(new Request(url, { method: 'POST', headers, body }))).status
  }
  expect(await embed({ rt: { label } })).toBe(403)
  expect(await embed({ rt: { lable: label } })).toBe(400)
  const other = 'private' as typeof label
  await expect(rt.embed([SECRET], { label: other })).rejects.toMatchObject({ code: 'invalid_request' })
  await expect(rt.search(SECRET, { label: other })).rejects.toMatchObject({ code: 'invalid_request' })
  const server = await rt.serve({ port: 0 })
  const { secret } = await rt.keys.create({ name: 'ops', scope: 'admin' })
  expect(await connect({ address: server.address, token: secret }).search('soup', { label })).toHaveLength(1)
  expect(sent).toEqual([])
})

it('is asked for over both protocols', async () => {
  const { rt, claude, pay } = await setUp({ retrieve: false })
  const ask = async (fields: object): Promise<{ status: number; body: string }> => {
    const response = await rt.fetch(
      new Request('http://localhost/v1/chat/completions', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ messages: [{ role: 'user', content: SECRET }], ...fields }),
      }),
    )
    return { status: response.status, body: await response.text() }
  }
  expect(await ask({ rt: { label: 'local-only' } })).toMatchObject({
    status: 403,
    body: expect.stringContaining('"code":"local_only"') as unknown,
  })
  expect((await ask({ rt: { label: 'private' } })).status).toBe(400)
  expect((await ask({ model: 'here/echo', rt: { label: 'local-only' } })).status).toBe(200)
  expect(claude.requests).toEqual([])

  const server = await rt.serve({ port: 0 })
  const { secret } = await rt.keys.create({ name: 'ops', scope: 'admin' })
  const client = connect({ address: server.address, token: secret })
  expect(await client.ingest(pay, { label: 'local-only' })).toMatchObject({ added: 1 })
  expect(await client.documents.list()).toMatchObject([{ label: 'local-only' }])
  const messages = [{ v: 1 as const, id: 'q', role: 'user' as const, parts: [{ type: 'text' as const, text: SECRET }] }]
  expect(await outcome(client.turn({ messages, label: 'local-only' }))).toBe('local_only')
  expect(claude.requests).toEqual([])
  expect(await outcome(client.turn({ messages }))).toBe('finish')
})

it.each(['chat', 'run'])('is asked for by rt %s --local-only', async (command) => {
  const { rt, claude, folder } = await setUp()
  await rt.close()
  await writeFile(
    join(folder, 'config.toml'),
    `rt = 1\n[models]\nembed = "none"\n[providers.anthropic]\napi_key = "k"\nbase_url = "${claude.url}"\n`,
  )
  const model = command === 'chat' ? ['--model', CLAUDE] : [CLAUDE]
  const rtCommand = (...flags: string[]) =>
    runCommand([command, ...model, 'Hi', ...flags, '--config', join(folder, 'config.toml'), '--trust'], {
      env: { RT_DATA: join(folder, 'data') },
    })
  const refused = await rtCommand('--local-only')
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('local_only') as unknown])
  expect(claude.requests).toEqual([])
  expect(await rtCommand()).toMatchObject({ code: 0, stdout: expect.stringContaining('Hello from Claude.') as unknown })
})
