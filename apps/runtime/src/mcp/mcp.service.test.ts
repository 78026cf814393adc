import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StreamPart } from '@rt/core'
import { createScriptedModel, type ScriptedModel, type ScriptedModelOptions } from '@rt/core/testing'
import { expect, onTestFinished, test } from 'vitest'
import { createRuntime } from '../create-runtime.ts'
import type { Runtime, RuntimeOptions, TurnOptions } from '../runtime.ts'

const require = createRequire(new URL('../../../../packages/tools/package.json', import.meta.url))
const bin = (name: string): string => require.resolve(`@modelcontextprotocol/${name}/dist/index.js`)
const fake = new URL('../../../../packages/tools/src/mcp/__fixtures__/fake-server.ts', import.meta.url).pathname

const folder = (): Promise<string> => mkdtemp(join(tmpdir(), 'rt-mcp-'))

const open = async (
  answers: ScriptedModelOptions['answers'],
  options: RuntimeOptions,
): Promise<{ rt: Runtime; model: ScriptedModel }> => {
  const model = createScriptedModel({ answers })
  const rt = await createRuntime({
    data: await folder(),
    config: false,
    chat: 'own/scripted',
    embed: false,
    // What is asked without a rule is the policy's, and tested there.
    toolRules: { 'mcp:*': 'allow' },
    providers: { own: { id: 'own', languageModel: () => model } as never },
    ...options,
  })
  onTestFinished(() => rt.close())
  return { rt, model }
}
const partsOf = async (stream: AsyncIterable<StreamPart>): Promise<StreamPart[]> => Array.fromAsync(stream)
const shown = (model: ScriptedModel): string[][] =>
  model.requests.map(({ tools = [] }) => tools.map(({ name }) => name))

test('a turn uses tools of a server, which is started for it and ends with the runtime', async () => {
  const place = await folder()
  await writeFile(join(place, 'a.txt'), 'the word is plum')
  const { rt, model } = await open(
    [{ toolCalls: [{ name: 'files__read_text_file', arguments: { path: join(place, 'a.txt') } }] }, 'plum'],
    { mcp: { files: { command: [process.execPath, bin('server-filesystem'), place], allow: ['read_text_file'] } } },
  )
  const parts = await partsOf(rt.stream('Which word?'))
  expect(shown(model)[0]).toEqual(['files__read_text_file'])
  const result = parts.find((part) => part.type === 'tool-result')
  expect(JSON.stringify(result)).toContain('plum')
  expect(result).toMatchObject({ untrusted: true })
})

test('a server that fails is a warning, and the others are there', async () => {
  const { rt, model } = await open(['hi'], {
    mcp: {
      broken: { command: [process.execPath, fake, 'exit-at-start'] },
      good: { command: [process.execPath, fake, 'good'] },
    },
  })
  const parts = await partsOf(rt.stream('hi'))
  expect(parts.filter((part) => part.type === 'warning')).toMatchObject([
    { id: 'mcp-server', message: expect.stringContaining('the MCP server broken ended (exit code 2)') },
  ])
  expect(shown(model)).toEqual([['good__read']])
})

test('a tool that a server adds is there in the next step', async () => {
  const { rt, model } = await open([{ toolCalls: [{ name: 'a__read', arguments: {} }] }, 'done'], {
    mcp: { a: { command: [process.execPath, fake, 'add'] } },
  })
  await rt.generate('go')
  expect(shown(model)).toEqual([['a__read'], ['a__read', 'a__later']])
})

test('agents and [tools] allow name tools of servers; who names none of them gets none', async () => {
  const mcp = { one: { command: [process.execPath, fake, 'good'] }, two: { command: [process.execPath, fake, 'good'] } }
  const agents = { narrow: { tools: ['two__read'] }, none: { tools: [] }, all: {} }
  const { rt, model } = await open(['hi'], { mcp, app: { agents } })
  for (const name of ['narrow', 'none', 'all']) await rt.generate('hi', { model: name })
  await rt.generate('hi', { tools: [] })
  expect(shown(model)).toEqual([['two__read'], [], ['one__read', 'two__read'], []])

  const place = await folder()
  await writeFile(join(place, 'config.toml'), `rt = 1\n[tools]\nallow = ["one__read"]\n`)
  const other = await open(['hi'], { mcp, config: join(place, 'config.toml') })
  await other.rt.generate('hi')
  expect(shown(other.model)).toEqual([['one__read']])
  await expect(open(['hi'], { mcp, app: { agents: { x: { tools: ['three__read'] } } } })).rejects.toMatchObject({
    code: 'config_invalid',
  })
})

test('a changed description is refused until somebody agrees, also after a restart', async () => {
  const place = await folder()
  const data = await folder()
  const options = { data, mcp: { r: { command: [process.execPath, fake, 'rug-pull', join(place, 'count')] } } }
  const answers: ScriptedModelOptions['answers'] = [{ toolCalls: [{ name: 'r__read', arguments: {} }] }, 'done']
  const first = await open(answers, options)
  await first.rt.generate('go')
  await first.rt.close()
  expect(await readFile(join(data, 'mcp', 'r.json'), 'utf8')).toContain('Reads a file.')
  const second = await open(answers, options)
  const parts = await partsOf(second.rt.stream('go'))
  expect(parts.find((part) => part.type === 'tool-result')).toMatchObject({
    isError: true,
    result: { error: { code: 'mcp_changed' } },
  })
  expect(second.model.requests[0]!.tools).toMatchObject([{ description: 'Reads a file.' }])
})

test('a server asks the model of the runtime only when it may', async () => {
  const answers: ScriptedModelOptions['answers'] = ({ messages }) =>
    JSON.stringify(messages).includes('What is the secret?') && messages.length === 1
      ? 'nothing'
      : messages.some(({ role }) => role === 'tool')
        ? 'done'
        : { toolCalls: [{ name: 's__read', arguments: {} }] }
  const command = [process.execPath, fake, 'sample']
  const asking = async (sampling: 'ask' | 'allow', turn: TurnOptions = {}): Promise<string> => {
    const { rt } = await open(answers, { mcp: { s: { command, sampling } } })
    return JSON.stringify((await partsOf(rt.stream('go', turn))).find((part) => part.type === 'tool-result'))
  }
  expect(await asking('ask')).toContain('nobody is there')
  expect(await asking('ask', { approve: async () => ({ approved: true }) })).toContain('nothing')
  expect(await asking('allow')).toContain('nothing')
})
