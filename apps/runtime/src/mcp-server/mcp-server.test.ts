import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client, type ClientOptions, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { createMessage, LOCAL } from '@rt/core'
import { createThreadStore } from '@rt/memory'
import { tool } from '@rt/tools'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { temporaryFolder } from '../__fixtures__/command.ts'
import { createRuntime } from '../create-runtime.ts'
import { openData } from '../open-data.ts'
import type { Runtime, RuntimeOptions } from '../runtime.ts'

const inputSchema = z.object({ city: z.string() })
const weather = tool({
  name: 'weather',
  description: 'Weather of a city.',
  inputSchema,
  execute: ({ city }) => ({ city, celsius: 21 }),
})
const secret = tool({ name: 'secret', description: 'x', inputSchema, label: 'local-only', execute: () => 'canary' })

const open = async (options: RuntimeOptions = {}): Promise<{ rt: Runtime; path: string }> => {
  const { path, [Symbol.asyncDispose]: remove } = await temporaryFolder()
  const rt = await createRuntime({
    data: join(path, 'data'),
    embed: false,
    download: false,
    tools: [weather, secret],
    ...options,
  })
  onTestFinished(async () => {
    await rt.close()
    await remove()
  })
  return { rt, path }
}

const connect = async (
  rt: Runtime,
  { key, answer, ...options }: ClientOptions & { key?: string; answer?: (message: string) => object } = {},
): Promise<Client> => {
  const client = new Client({ name: 'test', version: '1' }, options)
  if (answer) client.setRequestHandler('elicitation/create', async ({ params }) => answer(params.message) as never)
  const transport = new StreamableHTTPClientTransport(new URL('http://127.0.0.1/mcp'), {
    fetch: (url, init) => rt.fetch(new Request(url, init)),
    requestInit: { headers: key === undefined ? {} : { authorization: `Bearer ${key}` } },
  })
  await client.connect(transport)
  onTestFinished(() => client.close())
  return client
}

const call = async (client: Client, name: string, args: object): Promise<unknown> => {
  const { content } = await client.callTool({ name, arguments: { ...args } })
  const [first] = content as { text: string }[]
  return JSON.parse(first!.text)
}

it("serves the app's tools, checked and limited as in the loop, but none that is local-only", async () => {
  const { rt } = await open()
  const client = await connect(rt)
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['weather'])
  expect(await call(client, 'weather', { city: 'Oslo' })).toEqual({ city: 'Oslo', celsius: 21 })
  expect(await call(client, 'weather', { city: 7 })).toMatchObject({ error: { code: 'tool_arguments' } })
  await expect(client.callTool({ name: 'secret', arguments: { city: 'Oslo' } })).rejects.toMatchObject({ code: -32602 })
})

it('does not give away a result that a tool says has to stay here', async () => {
  const recall = tool({
    name: 'recall',
    description: 'x',
    inputSchema,
    execute: (_input, { setLabel }) => (setLabel?.('local-only'), 'canary'),
  })
  const { rt } = await open({ tools: [recall] })
  const result = await call(await connect(rt), 'recall', { city: 'Oslo' })
  expect(result).toMatchObject({ error: { code: 'local_only' } })
  expect(JSON.stringify(result)).not.toContain('canary')
})

it('finds passages and reads documents, but nothing that is local-only', async () => {
  const { rt, path } = await open()
  const client = await connect(rt)
  expect((await client.listTools()).tools.map(({ name }) => name)).not.toContain('search_documents')
  const text = '# Meals\n\nThe allowance in Oslo is 400 NOK a day.\n\n## Lunch\n\nIs included.'
  await writeFile(join(path, 'travel.md'), text)
  await writeFile(join(path, 'payroll.md'), '# Pay\n\nThe allowance of Ada in Oslo is canary.\n')
  await rt.ingest(join(path, 'travel.md'))
  await rt.ingest(join(path, 'payroll.md'), { label: 'local-only' })

  const { tools } = await client.listTools()
  const search = tools.find(({ name }) => name === 'search_documents')!
  expect(search.annotations).toMatchObject({ readOnlyHint: true })
  expect(search.inputSchema.properties!['collection']).toMatchObject({ enum: ['default'] })
  const found = await call(client, 'search_documents', { query: 'allowance in Oslo' })
  expect(found).toMatchObject({
    passages: [{ source: expect.stringContaining('travel.md') as unknown, headings: ['Meals'] }],
  })
  expect(JSON.stringify(found)).not.toContain('canary')
  expect(await call(client, 'search_documents', { query: 'x', collection: 'nosuch' })).toMatchObject({
    error: { code: 'tool_arguments' },
  })

  const { resources } = await client.listResources()
  expect(resources.map(({ uri }) => uri)).toEqual([
    expect.stringMatching(/^rt:\/\/collections\/default\/.*travel\.md$/),
  ])
  expect((await client.readResource({ uri: resources[0]!.uri })).contents).toMatchObject([{ text }])
  const hidden = resources[0]!.uri.replace('travel', 'payroll')
  await expect(client.readResource({ uri: hidden })).rejects.toMatchObject({
    code: -32602,
  })
})

it('shows a thread to its own key only, and none that is local-only', async () => {
  const { rt } = await open({ chat: 'nosuch' })
  const [ada, bob, admin] = await Promise.all(
    (['chat', 'chat', 'admin'] as const).map((scope, i) => rt.keys.create({ name: `key-${i}`, scope })),
  )
  await using database = await openData(join(rt.data, 'rt.db'), false)
  const threads = await createThreadStore({ database })
  await threads.append(ada!.key.id, 'trip', [createMessage('user', 'To Oslo')])
  await threads.append(ada!.key.id, 'private', [{ ...createMessage('user', 'canary'), label: 'local-only' }])
  await threads.append(LOCAL, 'mine', [createMessage('user', 'Of the operator')])

  const clients = await Promise.all([ada, bob, admin].map((key) => connect(rt, { key: key!.secret })))
  const [ofAda, ofBob, ofAdmin] = clients as [Client, Client, Client]
  const uris = async (client: Client) => (await client.listResources()).resources.map(({ uri }) => uri)
  expect(await uris(ofAda)).toEqual(['rt://threads/private', 'rt://threads/trip'])
  expect(await uris(ofBob)).toEqual([])
  // A key is a principal of its own, whatever its scope.
  expect(await uris(ofAdmin)).toEqual([])
  expect((await ofAda.readResource({ uri: 'rt://threads/trip' })).contents).toMatchObject([
    { text: '[{"role":"user","text":"To Oslo"}]' },
  ])
  await expect(ofBob.readResource({ uri: 'rt://threads/trip' })).rejects.toMatchObject({ code: -32602 })
  await expect(ofAda.readResource({ uri: 'rt://threads/private' })).rejects.toMatchObject({
    data: { code: 'local_only' },
  })
})

it("does not show the operator's threads to whoever needs no key", async () => {
  const { rt } = await open()
  await using database = await openData(join(rt.data, 'rt.db'), false)
  await (await createThreadStore({ database })).append(LOCAL, 'mine', [createMessage('user', 'canary')])
  const client = await connect(rt)
  expect((await client.listResources()).resources).toEqual([])
  await expect(client.readResource({ uri: 'rt://threads/mine' })).rejects.toMatchObject({ code: -32602 })
})

it('asks the user of the client before what cannot be undone, and tells a client that cannot ask what to do', async () => {
  const dropped: unknown[] = []
  const drop = {
    ...tool({
      name: 'drop',
      description: 'Deletes a table.',
      inputSchema: z.object({ table: z.string() }),
      execute: ({ table }) => void dropped.push(table),
    }),
    sideEffects: ['destructive'] as const,
  }
  const { rt } = await open({ tools: [drop] })
  expect(await call(await connect(rt), 'drop', { table: 'bills' })).toEqual({
    error: { code: 'approval_required', message: expect.stringMatching(/elicitation.*operator.*rule/) as unknown },
  })
  const capabilities = { elicitation: { form: {} } }
  const no = await connect(rt, { capabilities, answer: () => ({ action: 'decline' }) })
  expect(await call(no, 'drop', { table: 'bills' })).toMatchObject({ error: { code: 'approval_denied' } })
  expect(dropped).toEqual([])
  const yes = await connect(rt, { capabilities, answer: () => ({ action: 'accept', content: { allow: true } }) })
  await yes.callTool({ name: 'drop', arguments: { table: 'bills' } })
  expect(dropped).toEqual(['bills'])
})

it("begins with an agent's instructions", async () => {
  const { rt } = await open({
    app: {
      agents: { clerk: { description: 'Writes.', system: 'You are a clerk.' }, plain: { description: 'Plain.' } },
    },
  })
  const client = await connect(rt)
  expect((await client.listPrompts()).prompts.map(({ name }) => name)).toEqual(['clerk'])
  expect((await client.getPrompt({ name: 'clerk' })).messages).toMatchObject([
    { role: 'user', content: { text: 'You are a clerk.' } },
  ])
})

it('runs so many calls of one key at a time', async () => {
  let running = 0
  const full = Promise.withResolvers<void>()
  const go = Promise.withResolvers<void>()
  const wait = tool({
    name: 'wait',
    description: 'Waits.',
    inputSchema: z.object({ n: z.number() }),
    execute: async () => {
      if (++running === 32) full.resolve()
      await go.promise
      return 'done'
    },
  })
  const { rt } = await open({ tools: [wait] })
  const client = await connect(rt)
  const one = (n: number) => client.callTool({ name: 'wait', arguments: { n } })
  const calls = Promise.all(Array.from({ length: 32 }, (_, n) => one(n)))
  await full.promise
  await expect(one(33)).rejects.toMatchObject({ data: { code: 'overloaded' } })
  go.resolve()
  expect(await calls).toHaveLength(32)
  expect(await one(34)).toMatchObject({ content: [{ text: 'done' }] })
})

it('has each call in a trace, without its arguments', async () => {
  const { rt } = await open()
  await call(await connect(rt), 'weather', { city: 'canary' })
  const trace = (await rt.trace.last())!
  expect(trace.spans).toMatchObject([{ name: 'mcp tools/call', children: [{ name: 'execute_tool weather' }] }])
  expect(JSON.stringify(trace)).not.toContain('canary')
})
