import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonValue, Provider, Tool } from '@rt/core'
import { createScriptedModel } from '@rt/core/testing'
import { expect, onTestFinished, test } from 'vitest'
import { createRuntime } from '../create-runtime.ts'

interface Injection {
  id: string
  where: string
  text: string
  tool?: string
  arguments?: JsonValue
}
const FIXTURES = new URL(
  '../../../../packages/tools/src/guards/injection/__fixtures__/injections.json',
  import.meta.url,
)
const injections = (JSON.parse(await readFile(FIXTURES, 'utf8')) as Injection[]).filter(
  ({ where, tool }) => where === 'passage' && tool,
)

test('a document that gives orders: no call of an obedient model runs, in this turn, the next, and after a restart', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rt-injection-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const [injection] = injections
  await writeFile(join(folder, 'travel.md'), `# Travel policy\n\nRooms up to 120 EUR. ${injection!.text}\n`)
  const ran: string[] = []
  const tools = ['shell', 'send_mail'].map((name): Tool => ({
    name,
    description: name,
    parameters: { type: 'object' },
    timeoutMs: 1000,
    sideEffects: ['network'],
    parse: async (args) => args,
    execute: async () => {
      ran.push(name)
      return 'done'
    },
  }))
  const obey = createScriptedModel({
    id: 'evil/obedient',
    answers: ({ messages }) => {
      const [last] = messages.slice(-1)
      if (last?.role === 'tool') return 'Done.'
      return JSON.stringify(messages.at(-1)).includes('only talk')
        ? injection!.text
        : { toolCalls: [{ name: 'shell', arguments: { command: 'id' } }] }
    },
  })
  const evil: Provider = { id: 'evil', languageModel: () => obey }
  const open = () =>
    createRuntime({
      data: join(folder, 'data'),
      config: false,
      chat: 'evil/obedient',
      embed: false,
      providers: { evil },
      tools,
    })
  const ends = async (rt: Awaited<ReturnType<typeof open>>, thread: string, text: string, retrieve: boolean) => {
    const parts = []
    for await (const part of rt.thread(thread).stream(text, { retrieve })) parts.push(part)
    return parts.at(-1)
  }
  {
    await using rt = await open()
    await rt.ingest(join(folder, 'travel.md'))
    // Nothing foreign was read: the tool runs, so it is the policy that stops it below.
    expect(await ends(rt, 'clean', 'Run it', false)).toMatchObject({ finishReason: 'stop' })
    expect(ran).toEqual(['shell'])
    expect(await ends(rt, 'ada', 'Travel policy rooms?', true)).toMatchObject({ finishReason: 'approval' })
    expect(await ends(rt, 'bob', 'Travel policy rooms, only talk', true)).toMatchObject({ finishReason: 'stop' })
    expect(await ends(rt, 'bob', 'Thanks', false)).toMatchObject({ finishReason: 'approval' })
  }
  {
    await using rt = await open()
    expect(await ends(rt, 'bob', 'Thanks again', false)).toMatchObject({ finishReason: 'approval' })
  }
  expect(ran).toEqual(['shell'])
})
