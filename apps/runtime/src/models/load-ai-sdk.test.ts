import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { temporaryFolder } from '../__fixtures__/command.ts'
import { loadAISDK } from './load-ai-sdk.ts'

const made: object[] = []
Object.assign(globalThis, { madeByTest: made })

let folder: Awaited<ReturnType<typeof temporaryFolder>>
const install = async (name: string, code: string): Promise<void> => {
  const place = join(folder.path, 'node_modules', name)
  await mkdir(place, { recursive: true })
  await writeFile(join(place, 'package.json'), JSON.stringify({ name, type: 'module', exports: './index.js' }))
  await writeFile(join(place, 'index.js'), code)
}
beforeAll(async () => {
  folder = await temporaryFolder()
  await install(
    '@test/echo',
    `export const createEcho = (options) => {
      globalThis.madeByTest.push(options)
      return { languageModel: (modelId) => ({ specificationVersion: 'v4', provider: 'echo', modelId, supportedUrls: {} }) }
    }`,
  )
  await install('@test/none', 'export const echo = 1')
  vi.spyOn(process, 'cwd').mockReturnValue(folder.path)
})
afterAll(async () => {
  vi.restoreAllMocks()
  await folder[Symbol.asyncDispose]()
})

it('finds the package where the program runs, and makes its models', async () => {
  const { languageModel } = await loadAISDK('e', { package: '@test/echo', contextTokens: 1000 })
  expect(languageModel('small')).toMatchObject({ id: 'e/small', capabilities: { local: false, contextTokens: 1000 } })
})

it.each([
  [{}, {}],
  [{ apiKey: 'k' }, { apiKey: 'k' }],
  [
    { apiKey: 'k', baseURL: 'http://h' },
    { apiKey: 'k', baseURL: 'http://h' },
  ],
  // An empty key: with none the package would send the one of its own variable there.
  [{ baseURL: 'http://h' }, { apiKey: '', baseURL: 'http://h' }],
])('with %o gives it %o', async (settings, given) => {
  made.length = 0
  await loadAISDK('e', { package: '@test/echo', ...settings })
  expect(made).toEqual([given])
})

it('says what to install, and which packages do', async () => {
  await expect(loadAISDK('e', { package: '@test/absent' })).rejects.toMatchObject({
    code: 'config_invalid',
    hint: 'Run: npm install @test/absent',
  })
  await expect(loadAISDK('e', { package: '@test/none' })).rejects.toMatchObject({
    code: 'config_invalid',
    message: expect.stringContaining('exports no function create'),
  })
})
