import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Approver, Tool } from '@rt/core'
import { createScriptedModel } from '@rt/core/testing'
import { expect, onTestFinished, test } from 'vitest'
import { context, fake, runTool } from './__fixtures__/fake.ts'
import { createFilePins, createMcpClient, type McpClient, type McpClientOptions } from './index.ts'

const folder = (): Promise<string> => mkdtemp(join(tmpdir(), 'rt-mcp-'))
const open = (options: McpClientOptions): McpClient => {
  const client = createMcpClient(options)
  onTestFinished(() => client[Symbol.asyncDispose]())
  return client
}
const toolsOf = async (client: McpClient): Promise<Record<string, Tool>> => {
  const { tools, problems } = await client.tools()
  expect(problems).toEqual([])
  return Object.fromEntries(tools.map((tool) => [tool.name, tool]))
}
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
const gone = (pid: number): Promise<void> => expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false)

test('the same tool of two servers has two names, and each call goes to its own', async () => {
  const client = open({ servers: { a: fake('good'), b: fake('env') } })
  const tools = await toolsOf(client)
  expect(Object.keys(tools)).toEqual(['a__read', 'b__read'])
  expect((await runTool(tools['a__read']!, { path: 'x' })).result).toBe('read {"path":"x"}')
  expect((await runTool(tools['b__read']!)).result).toContain('PATH')
})

test.each(['', 'a__b', '_a', 'a_', 'a b', 'x'.repeat(33)])('%j is no name for a server', (name) => {
  expect(() => createMcpClient({ servers: { [name]: fake('good') } })).toThrow(/no name for an MCP server/)
})

test('names and descriptions are made fit for models, and stay within bounds', async () => {
  const tools = await toolsOf(open({ servers: { p: fake('poisoned') } }))
  const names = Object.keys(tools)
  expect(names).toEqual([expect.stringMatching(/^p__l_s_fil_[0-9a-f]{8}$/), 'p____proto__'])
  expect(tools[names[0]!]!.description).toMatch(/^Reads a file\.!+…$/)
  expect(tools[names[0]!]!.description.length).toBeLessThan(4_100)
  expect((await runTool(tools['p____proto__']!)).result).toBe('__proto__ {}')
})

test('one name twice: none of the tools is used', async () => {
  const { tools, problems } = await open({ servers: { t: fake('twice'), good: fake('good') } }).tools()
  expect(tools.map(({ name }) => name)).toEqual(['good__read'])
  expect(problems).toMatchObject([{ server: 't', error: { code: 'mcp_unavailable' } }])
})

test('a description that changes: the model keeps the old one, the call is refused until it is approved', async () => {
  const place = await folder()
  const servers = { r: fake('rug-pull', join(place, 'count')) }
  const pins = createFilePins(place)
  const first = createMcpClient({ servers, pins })
  expect((await runTool((await toolsOf(first))['r__read']!)).result).toBe('read {}')
  await first[Symbol.asyncDispose]()

  const second = open({ servers, pins })
  const before = (await toolsOf(second))['r__read']!
  expect(second.server('r').state).toBe('idle') // It shows what was agreed to, without a start.
  const refusal = {
    code: 'mcp_changed',
    message: expect.stringContaining('its description changed'),
    data: { changed: ['description'] },
  }
  await expect(runTool(before)).rejects.toMatchObject(refusal)
  const after = (await toolsOf(second))['r__read']!
  expect(after.description).toBe('Reads a file.')
  await expect(runTool(after)).rejects.toMatchObject(refusal)
  expect(await second.server('r').inspect()).toMatchObject([
    {
      changed: ['description'],
      agreed: { description: 'Reads a file.' },
      now: { description: expect.stringContaining('id_rsa') },
    },
  ])
  await expect(second.server('r').approve(['nothing'])).rejects.toMatchObject({ code: 'not_found' })

  expect(await second.server('r').approve()).toEqual(['read'])
  expect((await runTool((await toolsOf(second))['r__read']!)).result).toBe('read {}')
})

test('what is known that cannot be read is no new beginning', async () => {
  const place = await folder()
  const { writeFile } = await import('node:fs/promises')
  await writeFile(join(place, 'g.json'), '{"tools":')
  const client = open({ servers: { g: fake('good') }, pins: createFilePins(place) })
  expect((await client.tools()).problems).toMatchObject([
    { error: { code: 'mcp_unavailable', hint: expect.stringContaining('rt mcp approve g') } },
  ])
  await client.server('g').approve()
  expect(Object.keys(await toolsOf(client))).toEqual(['g__read'])
})

test('a tool that comes later is there at the next look, and asks a person until it is approved', async () => {
  const client = open({ servers: { a: fake('add') } })
  const tools = await toolsOf(client)
  expect(tools['a__read']).toMatchObject({ approval: false })
  await runTool(tools['a__read']!)
  const after = await toolsOf(client)
  expect(after['a__later']).toMatchObject({ approval: true })
  await client.server('a').approve(['later'])
  expect((await toolsOf(client))['a__later']).toMatchObject({ approval: false })
})

test.each([
  ['exit-at-start', /ended \(exit code 2\)/],
  ['hang-initialize', /did not say within 1500 ms what it can/],
])('%s: a typed error, and its last words', async (behaviour, message) => {
  const client = open({ servers: { x: fake(behaviour, '', { startTimeoutMs: 1_500 }) } })
  const { problems } = await client.tools()
  expect(problems).toMatchObject([{ error: { code: 'mcp_unavailable', message: expect.stringMatching(message) } }])
  if (behaviour === 'exit-at-start') expect(problems[0]!.error.cause).toMatchObject({ message: 'no config\n' })
})

test('a command that is not there says so', async () => {
  const { problems } = await open({ servers: { x: { command: ['no-such-program-of-rt'] } } }).tools()
  expect(problems).toMatchObject([
    { error: { code: 'mcp_unavailable', message: expect.stringContaining('"no-such-program-of-rt" was not found') } },
  ])
})

test('a program that ends at the first word it does not know is an older one', async () => {
  expect(Object.keys(await toolsOf(open({ servers: { old: fake('exit-at-unknown') } })))).toEqual(['old__read'])
})

test('it ends in the middle of a call: a typed error, and it runs again at the next use', async () => {
  const client = open({ servers: { e: fake('exit-once', join(await folder(), 'count')) } })
  const { e__read: read } = await toolsOf(client)
  await expect(runTool(read!)).rejects.toMatchObject({
    code: 'mcp_unavailable',
    retryable: true,
    data: { server: 'e', code: 7 },
  })
  expect((await runTool(read!)).result).toBe('read {}')
})

test('it ends again and again: its last words are kept', async () => {
  const client = open({ servers: { e: fake('exit') } })
  const { e__read: read } = await toolsOf(client)
  for (let i = 0; i < 2; i++)
    await expect(runTool(read!)).rejects.toMatchObject({ message: 'the MCP server e ended (exit code 7).' })
  expect(client.server('e').failure?.cause).toMatchObject({ message: 'the disk is on fire\n' })
})

test.each([
  ['flood', /sends more than anybody can read/],
  ['huge', /a message of more than 10485760 bytes/],
])('%s: it is stopped', async (behaviour, message) => {
  const client = open({ servers: { x: fake(behaviour) } })
  const { x__read: read } = await toolsOf(client)
  await expect(runTool(read!)).rejects.toMatchObject({
    code: 'mcp_unavailable',
    message: expect.stringMatching(message),
  })
  expect(client.server('x').state).not.toBe('running')
})

test('progress is shown; a caller who leaves cancels the call, and the server is told', async () => {
  const file = join(await folder(), 'cancelled')
  const { h__read: read } = await toolsOf(open({ servers: { h: fake('hang-call', file) } }))
  const leave = new AbortController()
  const output = read!.execute({}, context({ signal: leave.signal })) as AsyncGenerator<unknown>
  expect((await output.next()).value).toEqual({ progress: 1, message: 'started' })
  leave.abort()
  await expect(output.next()).rejects.toMatchObject({ code: 'aborted' })
  await expect.poll(() => readFile(file, 'utf8').catch(() => ''), { timeout: 20_000 }).toContain('requestId')
})

test('it gets a few variables and what it is given, and nothing else', async () => {
  process.env['RT_TEST_SECRET'] = 'x'
  onTestFinished(() => void delete process.env['RT_TEST_SECRET'])
  const { v__read: read } = await toolsOf(open({ servers: { v: fake('env', '', { env: { GIVEN: '1' } }) } }))
  const names = JSON.parse((await runTool(read!)).result as string) as string[]
  expect(names).toEqual(expect.arrayContaining(['PATH', 'GIVEN']))
  expect(names).not.toContain('RT_TEST_SECRET')
})

test('what it started ends with it', async () => {
  const client = createMcpClient({ servers: { t: fake('tree') } })
  const { t__read: read } = await toolsOf(client)
  const pids = JSON.parse((await runTool(read!)).result as string) as number[]
  expect(pids.map(isAlive)).toEqual([true, true])
  await client[Symbol.asyncDispose]()
  for (const pid of pids) await gone(pid)
  await expect(runTool(read!)).rejects.toMatchObject({ code: 'shutting_down' })
})

test('a result that breaks its own schema is a failure', async () => {
  const { w__read: read } = await toolsOf(open({ servers: { w: fake('wrong-output') } }))
  const { result } = await runTool(read!)
  await expect(read!.parseOutput!(result)).rejects.toMatchObject({ code: 'tool_failed' })
})

test("an answer to a request of another session is nobody's", async () => {
  const { o__read: read } = await toolsOf(open({ servers: { o: fake('other-session') } }))
  expect((await runTool(read!)).result).toBe('read {}')
})

const sampling = async (options: Partial<McpClientOptions>, more: object = {}): Promise<string> => {
  const client = open({ servers: { s: fake('sample', '', more) }, ...options })
  const { s__read: read } = await toolsOf(client)
  return String((await runTool(read!)).result)
}
const yes: Approver = async () => ({ approved: true })

test("sampling: only with a person's consent, within a cap, and never a word of ours", async () => {
  const scripted = createScriptedModel({ answers: ['no secret'] })
  const model = async () => scripted
  expect(await sampling({ model, approve: yes })).toContain('no secret')
  expect(scripted.requests).toMatchObject([{ maxOutputTokens: 1_024, messages: [{ role: 'user', untrusted: true }] }])
  expect(scripted.requests[0]!.messages).toHaveLength(1)
  expect(await sampling({ model })).toContain('nobody is there')
  expect(await sampling({ model, approve: async () => ({ approved: false, reason: 'not today' }) })).toContain(
    'not today',
  )
  expect(await sampling({ model, approve: yes }, { sampling: 'deny' })).toContain('-32601')
  expect(await sampling({ approve: yes })).toContain('-32601')
  expect(await sampling({ model }, { sampling: 'allow' })).toContain('no secret')
  expect(scripted.requests).toHaveLength(2)
})

test('sampling outside of any call is refused', async () => {
  const file = join(await folder(), 'answer')
  const model = async () => createScriptedModel({ answers: ['no secret'] })
  await toolsOf(open({ servers: { u: fake('unasked', file, { sampling: 'allow' }) }, model }))
  await expect.poll(() => readFile(file, 'utf8').catch(() => ''), { timeout: 20_000 }).toContain('error')
  expect(await readFile(file, 'utf8')).toContain('no call of it is running')
})

test('sampling while several users call is refused: it does not say for whom', async () => {
  const model = async () => createScriptedModel({ answers: ['no secret'] })
  const first = Promise.withResolvers<void>()
  const held = Promise.withResolvers<{ approved: boolean }>()
  const approve: Approver = async () => {
    first.resolve()
    return held.promise
  }
  const { s__read: read } = await toolsOf(open({ servers: { s: fake('sample') }, model, approve }))
  const mine = runTool(read!, {}, { principal: 'key:a' })
  await first.promise
  const theirs = await runTool(read!, {}, { principal: 'key:b' })
  expect(theirs.result).toContain('does not say for whom')
  held.resolve({ approved: true })
  expect((await mine).result).toContain('no secret')
})

test('elicitation: a person answers, and what does not fit the question is no answer', async () => {
  const asking = async (ask: McpClientOptions['ask']): Promise<string> => {
    const client = open({ servers: { s: fake('elicit') }, ...(ask && { ask }) })
    return String((await runTool((await toolsOf(client))['s__read']!)).result)
  }
  expect(
    await asking(async ({ message, server }) => ({
      action: 'accept',
      content: { age: message.length + server.length },
    })),
  ).toContain('"age":9')
  expect(await asking(async () => ({ action: 'accept', content: { age: 'old' } }))).toContain('"action":"cancel"')
  expect(await asking(undefined)).toContain('-32601')
})
