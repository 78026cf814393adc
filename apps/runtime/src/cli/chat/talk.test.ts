import { once } from 'node:events'
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createFakeClient } from './__fixtures__/fake-client.ts'
import { talk } from './talk.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rt-talk-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** Streams as a process has them, without a terminal. */
const streams = () => {
  const input = new PassThrough()
  const output = new PassThrough()
  return {
    input,
    output,
    given: { input: input as unknown as NodeJS.ReadStream, output: output as unknown as NodeJS.WriteStream },
  }
}
const start = (input: NodeJS.ReadStream, output: NodeJS.WriteStream, signal = new AbortController().signal) => {
  const runtime = { ...createFakeClient(), data: folder }
  return { runtime, code: talk(runtime, { thread: 'first', stats: false, turn: {} }, { signal, input, output }) }
}

it('reads lines, also those that come while it answers, until it is told to end', async () => {
  const { input, output, given } = streams()
  const { runtime, code } = start(given.input, given.output)
  input.write('hello\n"""two\nlines"""\n secret\n/bye\nnever\n')
  expect(await code).toBe(0)
  output.end()
  expect(runtime.asked.map(({ prompt }) => prompt)).toEqual(['hello', 'two\nlines', ' secret'])
  expect(await text(output)).toContain('You said: two\nlines\n')
  expect(await readFile(join(folder, 'chat-history'), 'utf8')).toBe('hello\n"""two\nlines"""\n/bye\n')
})

it('says once that it keeps no history, where the file is a link', async () => {
  await symlink(join(folder, 'elsewhere'), join(folder, 'chat-history'))
  const { input, output, given } = streams()
  const { code } = start(given.input, given.output)
  input.end('hello\nagain\n')
  expect(await code).toBe(0)
  output.end()
  expect((await text(output)).match(/chat-history is a link: .*what you type is not kept/g)).toHaveLength(1)
})

it('ends where its input ends', async () => {
  const { input, given } = streams()
  const { runtime, code } = start(given.input, given.output)
  input.end('hello\n')
  expect(await code).toBe(0)
  expect(runtime.asked).toHaveLength(1)
})

it.each(['before', 'after'])('ends with the reason of its signal, fired %s it began', async (when) => {
  const { given } = streams()
  const stopping = new AbortController()
  const { code } = start(given.input, given.output, stopping.signal)
  if (when === 'after') await once(given.output as unknown as PassThrough, 'data')
  stopping.abort(new DOMException('stopped.', 'AbortError'))
  await expect(code).rejects.toThrow('stopped.')
})
