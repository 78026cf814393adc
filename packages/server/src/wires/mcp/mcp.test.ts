import type { ClientOptions } from '@modelcontextprotocol/client'
import { describe, expect, it } from 'vitest'
import { createFakePorts } from '../../__fixtures__/fake-ports.ts'
import { createApp } from '../../app.ts'
import { connectClient } from './__fixtures__/connect-client.ts'
import { createFakeMcpPort, type FakeMcpPort } from './__fixtures__/fake-mcp-port.ts'

const ERAS: [string, ClientOptions][] = [
  ['2025-11-25, with sessions', {}],
  ['2026-07-28, each request by itself', { versionNegotiation: { mode: { pin: '2026-07-28' } } }],
]

const open = async (era: ClientOptions, options: ClientOptions = {}, answer?: (message: string) => object) => {
  const port = createFakeMcpPort()
  const errors: unknown[] = []
  const app = createApp({ ...createFakePorts(), mcp: port }, { onError: (error) => errors.push(error) })
  const asked: string[] = []
  const { client, transport } = await connectClient(app, { ...era, ...options }, (made) => {
    if (!answer) return
    made.setRequestHandler('elicitation/create', async ({ params }) => {
      asked.push(params.message)
      return answer(params.message) as never
    })
  })
  return { port, app, client, transport, asked, errors }
}

const textOf = (result: { content: unknown }): string => (result.content as { text: string }[])[0]!.text

describe.each(ERAS)('a client of %s', (_name, era) => {
  it('sees who it talks to, and what it can', async () => {
    const { client } = await open(era)
    expect(client.getServerVersion()).toMatchObject({ name: 'rt', version: '1.2.3' })
    expect(client.getServerCapabilities()).toMatchObject({
      tools: {},
      resources: {},
      prompts: {},
      completions: {},
      logging: {},
    })
    expect(client.getInstructions()).toContain('documents')
    await client.close()
  })

  it('lists tools with what they do, and calls them', async () => {
    const { client } = await open(era)
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual(['add', 'count', 'drop', 'fail', 'wait', 'weather'])
    const hints = Object.fromEntries(tools.map(({ name, annotations }) => [name, annotations]))
    expect(hints['add']).toEqual({
      readOnlyHint: true,
      destructiveHint: false,
      openWorldHint: false,
      idempotentHint: true,
    })
    expect(hints['drop']).toMatchObject({ readOnlyHint: false, destructiveHint: true })
    expect(hints['weather']).toMatchObject({ readOnlyHint: true, openWorldHint: true })
    expect(hints['wait']).toEqual({})
    expect(JSON.parse(textOf(await client.callTool({ name: 'add', arguments: { a: 1 } })))).toEqual({
      sum: 2,
      for: 'local',
    })
    expect(await client.callTool({ name: 'weather' })).toMatchObject({ structuredContent: { celsius: 21 } })
    await client.close()
  })

  it('is told of an unknown tool as a mistake of its own, and nothing of a defect of ours', async () => {
    const { client, errors } = await open(era)
    await expect(client.callTool({ name: 'nothing' })).rejects.toMatchObject({
      code: -32602,
      message: expect.stringContaining('no tool is named "nothing"'),
    })
    const failure = await client.callTool({ name: 'fail' }).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: -32603 })
    expect(String(failure)).not.toContain('ada')
    expect(errors).toMatchObject([{ message: 'secret /home/ada' }])
    await client.close()
  })

  it('asks its user before a call that needs a person, once for each call', async () => {
    const { client, asked, port } = await open(era, { capabilities: { elicitation: { form: {} } } }, () => ({
      action: 'accept',
      content: { allow: true },
    }))
    expect(textOf(await client.callTool({ name: 'drop', arguments: { table: 'bills' } }))).toBe('dropped')
    expect(asked).toEqual([expect.stringMatching(/^May drop run with {"table":"bills"}\?.*it deletes/)])
    await client.callTool({ name: 'drop', arguments: { table: 'bills' } })
    expect(asked).toHaveLength(2)
    expect(port.calls.map(({ decision }) => decision?.approved)).toEqual([undefined, true, undefined, true])
    await client.close()
  })

  it.each([{ action: 'decline' }, { action: 'cancel' }, { action: 'accept', content: { allow: false } }])(
    'does not run it when the user says %j',
    async (answer) => {
      const { client } = await open(era, { capabilities: { elicitation: { form: {} } } }, () => answer)
      const result = await client.callTool({ name: 'drop', arguments: {} })
      expect(result.isError).toBe(true)
      expect(textOf(result)).toContain('approval_denied')
      await client.close()
    },
  )

  it.each([undefined, { elicitation: { url: {} } }])('is refused it when it cannot ask (%j)', async (capabilities) => {
    const { client } = await open(era, capabilities && { capabilities })
    const result = await client.callTool({ name: 'drop', arguments: {} })
    expect(result.isError).toBe(true)
    expect(textOf(result)).toContain('approval_required')
    await client.close()
  })

  it('hears how a call gets on, in order', async () => {
    const { client, port } = await open(era)
    const heard: unknown[] = []
    const result = client.callTool(
      { name: 'count' },
      {
        onprogress: ({ progress, message }) => {
          heard.push([progress, message])
          port.step(progress < 3 ? { at: progress } : undefined)
        },
      },
    )
    port.step({ at: 0 })
    expect(textOf(await result)).toBe('{"at":2}')
    expect(heard).toEqual([
      [1, '{"at":0}'],
      [2, '{"at":1}'],
      [3, '{"at":2}'],
    ])
    await client.close()
  })

  it('stops a call, and the tool learns of it', async () => {
    const { client, port } = await open(era)
    const stop = new AbortController()
    const result = client.callTool({ name: 'wait' }, { signal: stop.signal }).catch((error: unknown) => error)
    const signal = await port.waiting
    const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    stop.abort()
    await Promise.all([aborted, result])
    await client.close()
  })

  it('lists documents and its own threads, and reads them', async () => {
    const { client } = await open(era)
    const { resources } = await client.listResources()
    expect(resources.map(({ uri, mimeType }) => [uri, mimeType])).toEqual([
      ['rt://collections/default/handbook/a%20b.md', 'text/markdown'],
      ['rt://collections/default/notes.txt', 'text/plain'],
      ['rt://threads/of%20local', 'application/json'],
    ])
    const read = async (uri: string) => (await client.readResource({ uri })).contents[0] as { text: string }
    expect((await read(resources[0]!.uri)).text).toBe('# Travel')
    expect(JSON.parse((await read(resources[2]!.uri)).text)).toEqual([{ role: 'user', text: 'I am local' }])
    for (const uri of [
      'rt://threads/of%20ada',
      'rt://collections/default/none',
      'file:///etc/passwd',
      'rt://threads/%',
    ])
      await expect(client.readResource({ uri })).rejects.toMatchObject({ code: -32602 })
    const { resourceTemplates } = await client.listResourceTemplates()
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
      'rt://collections/{collection}/{+source}',
      'rt://threads/{thread}',
    ])
    await client.close()
  })

  it('completes the variables of its templates', async () => {
    const { client } = await open(era)
    const complete = async (uri: string, name: string, value: string, args?: Record<string, string>) =>
      (
        await client.complete({
          ref: { type: 'ref/resource', uri },
          argument: { name, value },
          ...(args && { context: { arguments: args } }),
        })
      ).completion.values
    const document = 'rt://collections/{collection}/{+source}'
    expect(await complete(document, 'collection', 'DE')).toEqual(['default'])
    expect(await complete(document, 'source', 'h', { collection: 'default' })).toEqual(['handbook/a b.md'])
    expect(await complete(document, 'source', '', { collection: 'other' })).toEqual([])
    expect(await complete('rt://threads/{thread}', 'thread', 'of')).toEqual(['of local'])
    await client.close()
  })

  it('begins a conversation with an agent of ours', async () => {
    const { client } = await open(era)
    expect((await client.listPrompts()).prompts).toMatchObject([{ name: 'clerk', arguments: [{ name: 'question' }] }])
    const { messages } = await client.getPrompt({ name: 'clerk', arguments: { question: 'Write to Ada.' } })
    expect(messages.map(({ content }) => (content as { text: string }).text)).toEqual([
      'You are a clerk.',
      'Write to Ada.',
    ])
    await expect(client.getPrompt({ name: 'clerc' })).rejects.toMatchObject({
      code: -32602,
      message: expect.stringContaining('Did you mean "clerk"?'),
    })
    await client.close()
  })
})

describe('of the protocol with sessions', () => {
  const port = (): FakeMcpPort => createFakeMcpPort()

  it('answers ping, and sends what is logged from the level that was asked for', async () => {
    const { client, port: fake } = await open({})
    await client.ping()
    const logged: unknown[] = []
    client.setNotificationHandler('notifications/message', ({ params }) => void logged.push(params))
    await client.setLoggingLevel('error')
    fake.step(undefined)
    await client.callTool({ name: 'count' })
    expect(logged).toEqual([])
    await client.setLoggingLevel('warning')
    fake.step(undefined)
    await client.callTool({ name: 'count' })
    expect(logged).toMatchObject([{ level: 'warning', data: { id: 'tool-result-cut' } }])
    await client.close()
  })

  it.each(['2025-06-18', '2025-03-26', '2024-11-05'])('speaks %s', async (version) => {
    const app = createApp({ ...createFakePorts(), mcp: port() })
    const response = await app.fetch(initialize(version))
    expect(await response.text()).toContain(`"protocolVersion":"${version}"`)
  })
})

const initialize = (protocolVersion: string): Request =>
  new Request('http://127.0.0.1:4141/mcp', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion, capabilities: {}, clientInfo: { name: 'old', version: '1' } },
    }),
  })
