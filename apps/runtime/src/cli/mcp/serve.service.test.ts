import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client, type ClientOptions } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startCommand, startProgram, temporaryFolder } from '../../__fixtures__/command.ts'

const ENTRY = fileURLToPath(new URL('../rt.ts', import.meta.url))
const APP = `
import { defineApp, tool } from '@rt/runtime'
import { z } from 'zod'
console.log('the app is loaded')
const inputSchema = z.object({ n: z.number() })
const count = tool({ name: 'count', description: 'Counts.', inputSchema, async *execute({ n }) {
  for (let i = 1; i <= n; i++) {
    console.log('not protocol', i)
    process.stdout.write('nor this')
    yield { at: i }
  }
} })
const wait = tool({ name: 'wait', description: 'Waits.', inputSchema, execute: (_input, { signal }) =>
  new Promise((_, reject) => {
    console.error('wait has begun')
    signal.addEventListener('abort', () => { console.error('wait was stopped'); reject(signal.reason) })
  }) })
const drop = { ...tool({ name: 'drop', description: 'Deletes.', inputSchema, execute: () => 'dropped' }), sideEffects: ['destructive'] }
export default defineApp({ tools: [count, wait, drop], agents: { clerk: { system: 'You are a clerk.' } } })
`

const folder = async (): Promise<{ data: string; app: string }> => {
  const { path, [Symbol.asyncDispose]: remove } = await temporaryFolder()
  onTestFinished(remove)
  await writeFile(join(path, 'app.ts'), APP)
  return { data: join(path, 'data'), app: join(path, 'app.ts') }
}

const connect = async (
  args: string[],
  options: ClientOptions = {},
): Promise<{ client: Client; stderr: () => string; said: (text: string) => Promise<void>; errors: unknown[] }> => {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: ['--conditions=@rt/source', ENTRY, 'mcp', 'serve', ...args],
    env: { ...(process.env as Record<string, string>), RT_THREADS: '1', NO_COLOR: '1', RT_EMBED: 'false' },
    stderr: 'pipe',
  })
  let stderr = ''
  const listeners = new Set<() => void>()
  transport.stderr!.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
    for (const listener of listeners) listener()
  })
  const client = new Client({ name: 'test', version: '1' }, options)
  if (options.capabilities?.elicitation)
    client.setRequestHandler('elicitation/create', async () => ({ action: 'accept', content: { allow: true } }))
  const errors: unknown[] = []
  client.onerror = (error) => errors.push(error)
  await client.connect(transport)
  onTestFinished(() => client.close())
  const said = (text: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (stderr.includes(text)) resolve()
      }
      listeners.add(look)
      look()
    })
  return { client, stderr: () => stderr, said, errors }
}

const ERAS: [string, ClientOptions][] = [
  ['2025-11-25', {}],
  ['2026-07-28', { versionNegotiation: { mode: { pin: '2026-07-28' } } }],
]

describe.each(ERAS)('rt mcp serve, to a client of %s', (_name, era) => {
  it('serves an app, and nothing but the protocol is on its standard output', async () => {
    const { data, app } = await folder()
    const options = { ...era, capabilities: { elicitation: { form: {} } } }
    const { client, stderr, said, errors } = await connect([app, '--data', data], options)
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['count', 'drop', 'wait'])

    expect((await client.callTool({ name: 'count', arguments: { n: 2 } })).content).toMatchObject([
      { text: '{"at":2}' },
    ])
    expect((await client.callTool({ name: 'drop', arguments: { n: 1 } })).content).toMatchObject([{ text: 'dropped' }])
    expect((await client.getPrompt({ name: 'clerk' })).messages).toHaveLength(1)

    const stop = new AbortController()
    const waiting = client
      .callTool({ name: 'wait', arguments: { n: 1 } }, { signal: stop.signal })
      .catch(() => 'stopped')
    await said('wait has begun')
    stop.abort()
    expect(await waiting).toBe('stopped')
    await said('wait was stopped')
    expect(stderr()).toContain('not protocol 2')
    expect(stderr()).toContain('the app is loaded')
    expect(errors).toEqual([])
  })
})

describe('rt mcp serve', () => {
  it('tells how a call gets on before its result, one message a line', async () => {
    const { data, app } = await folder()
    const command = startCommand(['mcp', 'serve', app, '--data', data], { input: true })
    const send = (message: object): void =>
      void command.child.stdin!.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
    const clientInfo = { name: 'raw', version: '1' }
    send({ id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo } })
    await command.said(/"id":1[,}].*\n/)
    send({ method: 'notifications/initialized' })
    const params = { name: 'count', arguments: { n: 3 }, _meta: { progressToken: 'p' } }
    send({ id: 2, method: 'tools/call', params })
    await command.said(/"id":2[,}].*\n/)
    command.child.stdin!.end()
    expect(await command.exit).toBe(0)
    const messages = command
      .stdout()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { id?: number; params?: { progress: number } })
    expect(messages.map(({ id, params: told }) => id ?? told?.progress)).toEqual([1, 1, 2, 3, 2])
  })

  it('serves a second client of the same folder through the first', async () => {
    const { data, app } = await folder()
    const first = await connect([app, '--data', data])
    const second = await connect(['--data', data])
    const both = await Promise.all(
      [first, second].map(({ client }) => client.callTool({ name: 'count', arguments: { n: 1 } })),
    )
    for (const { content } of both) expect(content).toMatchObject([{ text: '{"at":1}' }])
  })

  it('ends when its client closes its end', async () => {
    const { data } = await folder()
    const command = startCommand(['mcp', 'serve', '--data', data], { input: true })
    command.child.stdin!.end()
    expect(await command.exit).toBe(0)
    expect(command.stdout()).toBe('')
  })

  it('ends when its client is killed', async () => {
    const { data } = await folder()
    const holder = startProgram(fileURLToPath(new URL('../../__fixtures__/hold-mcp.ts', import.meta.url)), [
      ENTRY,
      data,
    ])
    await holder.said(/answered/)
    holder.child.kill('SIGKILL')
    // Its pipes close with the last process that has them.
    expect(await holder.exit).toBe('SIGKILL')
  })

  it('says on standard error what is wrong, and ends', async () => {
    const { data } = await folder()
    const command = startCommand(['mcp', 'serve', join(data, '..', 'none.ts'), '--data', data], { input: true })
    expect(await command.exit).toBe(1)
    expect(command.stdout()).toBe('')
    expect(command.stderr()).toContain('none.ts')
  })
})
