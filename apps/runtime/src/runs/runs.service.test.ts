import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { collect, createMessage, messageText, type StreamPart } from '@rt/core'
import { readOwner } from '@rt/node/sqlite'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type RunningCommand, runCommand, startCommand, temporaryFolder } from '../__fixtures__/command.ts'
import { connectRuntime } from '../remote/connect-runtime.ts'
import type { RuntimeClient } from '../runtime.ts'
import { type FakeOpenAI, startFakeOpenAI } from './__fixtures__/fake-openai.ts'

const APP = fileURLToPath(new URL('./__fixtures__/app.ts', import.meta.url))

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let model: FakeOpenAI
const running: RunningCommand[] = []

beforeEach(async () => {
  folder = await temporaryFolder()
  model = await startFakeOpenAI()
  const config = `rt = 1\n[models]\nchat = "fake/m"\nembed = false\n[providers.fake]\nkind = "openai"\nbase_url = "${model.url}"\n`
  await writeFile(join(folder.path, 'config.toml'), config)
})
afterEach(async () => {
  for (const command of running.splice(0)) {
    command.child.kill('SIGKILL')
    await command.exit
  }
  await model[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

const data = (): string => join(folder.path, 'data')
const options = (env: Record<string, string> = {}) => ({
  cwd: folder.path,
  env: {
    RT_DATA: data(),
    RT_CONFIG: join(folder.path, 'config.toml'),
    RT_TEST_CALLS: join(folder.path, 'calls'),
    ...env,
  },
})
const serve = async (env?: Record<string, string>): Promise<{ server: RunningCommand; rt: RuntimeClient }> => {
  const server = startCommand(['serve', APP, '--port', '0', '--trust'], options(env))
  running.push(server)
  const [, address] = await server.said(/listening\s+(http:\S+)/)
  const owner = await readOwner(data())
  return { server, rt: connectRuntime({ data: data(), pid: owner!.pid, address: address!, token: owner!.token }) }
}
const end = async (server: RunningCommand, signal: NodeJS.Signals): Promise<void> => {
  server.child.kill(signal)
  await server.exit
}
/** Of the tools, in all processes. */
const calls = async (): Promise<string[]> => {
  const text = await readFile(join(folder.path, 'calls'), 'utf8').catch(() => '')
  return text.split('\n').filter(Boolean)
}
/** A file tells nobody when it grows, so we look. */
const called = async (line: string): Promise<void> => {
  while (!(await calls()).includes(line)) await new Promise((resolve) => setTimeout(resolve, 20))
}

it('a turn that needs a person waits through a restart, is approved in a terminal, and goes on', async () => {
  model.say = (messages) =>
    messages.some(({ role }) => role === 'tool') ? 'It is gone.' : { call: 'remove', arguments: { path: 'a\u001b[2K' } }
  const first = await serve()
  const asked = await runCommand(['chat', '--thread', 'ada', 'tidy up'], options())
  expect(asked).toMatchObject({ code: 0, stdout: '' })
  expect(asked.stderr).toContain('remove {"path":"a\\u001b[2K"}')
  const [, id] = /runs approve (\w+)/.exec(asked.stderr)!
  expect(await first.rt.threads.messages('ada')).toEqual([])
  await end(first.server, 'SIGTERM')

  const second = await serve()
  expect(await second.rt.runs.list()).toMatchObject([{ id, status: 'waiting', thread: 'ada' }])
  expect(await calls()).toEqual([])
  const approved = await runCommand(['runs', 'approve', id!.slice(0, 8)], options())
  expect(approved).toMatchObject({ code: 0, stdout: expect.stringContaining('It is gone.') })
  expect(await calls()).toEqual(['removed a\u001b[2K'])
  const roles = (await second.rt.threads.messages('ada')).map(({ role }) => role)
  expect(roles).toEqual(['user', 'assistant', 'tool', 'assistant'])
}, 120_000)

it('durable turns outlive kill -9, in the middle of tools and of the model', async () => {
  let restarted = false
  const seen: string[] = []
  model.say = (messages) => {
    const result = messages.findLast(({ role }) => role === 'tool')
    if (result) seen.push(String(result.content))
    if (result) return 'Done.'
    const [word] = String(messages.findLast(({ role }) => role === 'user')!.content).split(' ')
    if (word === 'write') return restarted ? 'Whole.' : { hangsAfter: 'Half an' }
    return { call: word!, arguments: { path: 'a' } }
  }
  const first = await serve({ RT_TEST_HANG: '1' })
  const reading = ['send a', 'look a', 'write a'].map((prompt): AsyncIterable<StreamPart> =>
    first.rt.turn({ messages: [createMessage('user', prompt)], thread: prompt, durable: true }),
  )
  const ids = await Promise.all(
    reading.map(async (stream, index) => {
      let run = ''
      for await (const part of stream) {
        if (part.type === 'start') run = part.run!
        if (part.type === (index === 2 ? 'text-delta' : 'tool-call-end')) return run
      }
      throw new Error('it ended')
    }),
  )
  await Promise.all(['sending a', 'looking a'].map(called))
  await end(first.server, 'SIGKILL')

  restarted = true
  const { rt } = await serve()
  const [send, look, write] = ids as [string, string, string]
  expect((await rt.runs.list()).map(({ status, live }) => ({ status, live }))).toEqual(
    ids.map(() => ({ status: 'running', live: false })),
  )
  // It goes to another machine: nobody knows whether it arrived, so it is not sent again.
  expect((await collect(rt.runs.resume(send))).text).toBe('Done.')
  expect(seen.pop()).toContain('nobody knows whether it did its work')
  // It only looks.
  expect((await collect(rt.runs.resume(look))).text).toBe('Done.')
  expect(seen.pop()).toContain('empty')
  expect((await calls()).toSorted()).toEqual(['looking a', 'looking a', 'sending a'])

  expect((await collect(rt.runs.resume(write))).text).toBe('Whole.')
  const whole = await Array.fromAsync(rt.runs.stream(write))
  expect(whole.filter(({ type }) => type === 'step-start')).toHaveLength(2)
  expect((await collect(rt.runs.stream(write))).text).toBe('Whole.')
  expect(await Array.fromAsync(rt.runs.stream(write, { after: 5 }))).toEqual(whole.slice(5))
  expect((await rt.threads.messages('write a')).map(messageText)).toEqual(['write a', 'Whole.'])
}, 120_000)
