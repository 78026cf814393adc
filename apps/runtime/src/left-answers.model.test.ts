import { afterAll, beforeAll, expect, it } from 'vitest'
import { temporaryFolder } from './__fixtures__/command.ts'
import { leaveAnswers } from './__fixtures__/leave-answers.ts'
import { createRuntime } from './create-runtime.ts'
import type { Runtime } from './runtime.ts'

const MODEL = 'smollm2:135m'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let rt: Runtime
beforeAll(async () => {
  folder = await temporaryFolder()
  rt = await createRuntime({ data: folder.path, config: false, chat: MODEL, embed: false, threads: 1 })
})
afterAll(async () => {
  await rt?.close()
  await folder[Symbol.asyncDispose]()
})

// The runtime is in this process: a rejection nobody handles fails the run.
it('answers of 10 clients that went away stop, and their places are free again', async () => {
  await using server = await rt.serve({ port: 0 })
  await rt.generate('Hi', { maxOutputTokens: 1 })
  await leaveAnswers({ port: server.port, model: MODEL, times: 10, atOnce: 4, seed: 7 })
  await expect
    .poll(async () => (await rt.status()).models, { interval: 20, timeout: 60_000 })
    .toMatchObject([{ running: 0, waiting: 0 }])
  const [model] = (await rt.status()).models
  // They leave after 12 tokens at most; an answer that goes on has 400.
  expect(model?.batch?.streams).toBeLessThan(10 * 40)
  expect(model).not.toHaveProperty('quarantine')
  expect((await rt.generate('Say hello.', { maxOutputTokens: 8 })).text).toMatch(/\w/)
})
