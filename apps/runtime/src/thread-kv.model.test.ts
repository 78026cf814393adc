import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { temporaryFolder } from './__fixtures__/command.ts'
import { createRuntime } from './create-runtime.ts'
import type { Runtime, RuntimeOptions } from './runtime.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let rt: Runtime
const open = async (options: RuntimeOptions = {}): Promise<void> => {
  const system = 'You are the guide of a small museum of clocks, and you answer in one short sentence. '.repeat(12)
  rt = await createRuntime({
    data: folder.path,
    config: false,
    chat: 'smollm2:135m',
    embed: false,
    threads: 1,
    contextTokens: 1024,
    system,
    ...options,
  })
}
beforeEach(async () => {
  folder = await temporaryFolder()
  await open()
})
afterEach(async () => {
  await rt.close()
  await folder[Symbol.asyncDispose]()
})
const again = async (options?: RuntimeOptions): Promise<void> => {
  await rt.close()
  await open(options)
}
const saved = async (): Promise<number> =>
  (await readdir(join(folder.path, 'kv'), { recursive: true }).catch(() => [])).filter((name) => name.endsWith('.kv'))
    .length
const ask = async (thread: string) => (await rt.thread(thread).generate('When?', { maxOutputTokens: 8 })).usage

it('a thread goes on after a restart without being read again, until it is deleted', async () => {
  expect((await ask('clocks')).cacheRead).toBe(0)
  await again()
  expect((await ask('clocks')).cacheRead).toBeGreaterThan(128)
  expect((await rt.status()).models).toMatchObject([{ saved: { threads: 1 } }])

  expect(await rt.threads.delete('clocks')).toBe(true)
  expect(await saved()).toBe(0)
  await again()
  expect(await saved()).toBe(0)
  expect((await ask('clocks')).cacheRead).toBe(0)
})

it('what is saved goes with its thread also where no model was loaded, and all of it when it is switched off', async () => {
  await ask('one')
  await ask('two')
  await again()
  expect(await saved()).toBe(2)
  await rt.threads.delete('one')
  expect(await saved()).toBe(1)

  await again({ engine: { gguf: { kvDiskBytes: 0 } } })
  expect((await ask('two')).cacheRead).toBe(0)
  expect(await saved()).toBe(0)
  await again()
  expect(await saved()).toBe(0)
})
