import { once } from 'node:events'
import { mkdtemp, realpath, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer as createNetServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createScriptedModel } from '@rt/core/testing'
import { startProcessTree } from '@rt/node/process'
import { expect, onTestFinished, test } from 'vitest'
import { runTool } from './__fixtures__/fake.ts'
import { createMcpClient, type McpClient, type McpClientOptions } from './index.ts'

const bin = (name: string): string =>
  createRequire(import.meta.url).resolve(`@modelcontextprotocol/${name}/dist/index.js`)
const command = (name: string, ...args: string[]): { command: string[] } => ({
  command: [process.execPath, bin(name), ...args],
})

const open = (options: McpClientOptions): McpClient => {
  const client = createMcpClient(options)
  onTestFinished(() => client[Symbol.asyncDispose]())
  return client
}
const byName = async (client: McpClient) => {
  const { tools, problems } = await client.tools()
  expect(problems).toEqual([])
  return Object.fromEntries(tools.map((tool) => [tool.name, tool]))
}

test('server-everything over stdio: tools, structure, progress, resources, prompts', async () => {
  const client = open({ servers: { all: command('server-everything', 'stdio') } })
  const tools = await byName(client)
  expect(tools['all__echo']).toMatchObject({ untrusted: true, origin: 'mcp:all' })
  expect((await runTool(tools['all__echo']!, { message: 'hello' })).result).toBe('Echo: hello')
  const weather = (await runTool(tools['all__get-structured-content']!, { location: 'New York' })).result
  expect(await tools['all__get-structured-content']!.parseOutput!(weather)).toMatchObject({
    conditions: expect.any(String),
  })
  const image = await runTool(tools['all__get-tiny-image']!, {})
  expect(image.result).toMatch(/^\[image image\/png, \d+ bytes\]$/m)
  const long = await runTool(tools['all__trigger-long-running-operation']!, { duration: 0.2, steps: 2 })
  expect(long.progress).toContainEqual(expect.objectContaining({ progress: 1, total: 2 }))

  const all = client.server('all')
  const resources = await all.resources()
  const { uri } = resources.find((one) => one.uri !== undefined)!
  expect(await all.read(uri!)).toMatchObject([{ uri, text: expect.any(String) }])
  expect((await runTool(tools['mcp_read_resource']!, { server: 'all', uri })).result).toMatchObject([{ uri }])
  const prompts = await all.prompts()
  expect(prompts.map(({ name }) => name)).toContain('simple-prompt')
  expect(await all.prompt('simple-prompt')).toMatchObject([{ role: 'user', content: expect.any(String) }])
  await expect(all.read('nothing://there')).rejects.toMatchObject({ code: 'tool_failed' })
})

test('server-everything asks back: sampling, elicitation, roots', async () => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'rt-mcp-')))
  const asked: unknown[] = []
  const client = open({
    servers: { all: { ...command('server-everything', 'stdio'), roots: [folder] } },
    model: async () => createScriptedModel({ answers: ['forty-two'] }),
    approve: async (request) => {
      asked.push(request)
      return { approved: true }
    },
    ask: async (question) => {
      asked.push(question)
      return { action: 'decline' }
    },
  })
  const tools = await byName(client)
  const sampled = await runTool(tools['all__trigger-sampling-request']!, { prompt: 'How many?', maxTokens: 5 })
  expect(JSON.stringify(sampled.result)).toContain('forty-two')
  const elicited = await runTool(tools['all__trigger-elicitation-request']!, {})
  expect(JSON.stringify(elicited.result)).toContain('decline')
  expect(asked).toMatchObject([{ name: 'mcp:all sampling', reason: expect.stringContaining('all') }, { server: 'all' }])
  const roots = await runTool(tools['all__get-roots-list']!, {})
  expect(JSON.stringify(roots.result)).toContain(folder)
})

test('server-filesystem and server-memory beside each other', async () => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'rt-mcp-')))
  await writeFile(join(folder, 'a.txt'), 'words of a')
  const client = open({
    servers: {
      files: { ...command('server-filesystem', folder), deny: ['write_file'] },
      graph: { ...command('server-memory'), env: { MEMORY_FILE_PATH: join(folder, 'graph.jsonl') } },
    },
  })
  const tools = await byName(client)
  expect(tools['files__write_file']).toBeUndefined()
  expect(
    JSON.stringify((await runTool(tools['files__read_text_file']!, { path: join(folder, 'a.txt') })).result),
  ).toContain('words of a')
  await expect(runTool(tools['files__read_text_file']!, { path: '/etc/passwd' })).rejects.toMatchObject({
    code: 'tool_failed',
  })
  expect(tools['files__read_text_file']).toMatchObject({ approval: false, idempotent: true })
  expect(tools['graph__delete_entities']).toMatchObject({ approval: true })
  await runTool(tools['graph__create_entities']!, {
    entities: [{ name: 'rt', entityType: 'runtime', observations: ['is small'] }],
  })
  expect(JSON.stringify((await runTool(tools['graph__search_nodes']!, { query: 'small' })).result)).toContain('rt')
})

test('server-everything over streamable HTTP, which forgets a session', async () => {
  const port = await freePort()
  const {
    command: [node, ...args],
  } = command('server-everything', 'streamableHttp')
  const start = async () => {
    const tree = startProcessTree({ command: node!, args, env: { PATH: process.env['PATH']!, PORT: String(port) } })
    onTestFinished(async () => {
      tree.kill()
      await tree.ended
    })
    for await (const line of tree.stderr) if (String(line).includes('listening')) break
    return tree
  }
  const first = await start()
  const client = open({
    servers: { http: { url: `http://127.0.0.1:${port}/mcp` } },
    model: async () => createScriptedModel({ answers: ['forty-two'] }),
    approve: async () => ({ approved: true }),
  })
  const tools = await byName(client)
  expect((await runTool(tools['http__echo']!, { message: 'hello' })).result).toBe('Echo: hello')
  const long = await runTool(tools['http__trigger-long-running-operation']!, { duration: 0.2, steps: 2 })
  expect(long.progress).toContainEqual(expect.objectContaining({ total: 2 }))
  const sampled = await runTool(tools['http__trigger-sampling-request']!, { prompt: 'How many?', maxTokens: 5 })
  expect(JSON.stringify(sampled.result)).toContain('forty-two')

  first.kill()
  await first.ended
  await expect(runTool(tools['http__echo']!, { message: 'gone' })).rejects.toMatchObject({ code: 'mcp_unavailable' })
  await start()
  expect((await runTool(tools['http__echo']!, { message: 'again' })).result).toBe('Echo: again')
})

const freePort = async (): Promise<number> => {
  const server = createNetServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
