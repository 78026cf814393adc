import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const run = promisify(execFile)
const folder = fileURLToPath(new URL('./', import.meta.url))

/** Makes providers, models and a route, and lists what was imported that is not rt's and not Node's. */
const program = `
import { registerHooks } from 'node:module'
const foreign = new Set()
registerHooks({
  resolve(specifier, context, next) {
    if (!/^(node:|\\.|\\/|file:|data:|@rt\\/)/.test(specifier)) foreign.add(specifier)
    return next(specifier, context)
  },
})
const { createAnthropic } = await import('./anthropic/index.ts')
const { createOpenAI } = await import('./openai/index.ts')
const { createKServe } = await import('./kserve/index.ts')
const { fromAISDK } = await import('./ai-sdk/index.ts')
const { createRateLimits, createRoute } = await import('../router/index.ts')
const providers = [
  createAnthropic({ apiKey: 'k' }),
  createOpenAI({ apiKey: 'k' }),
  createKServe({ baseURL: 'http://127.0.0.1:1' }),
  fromAISDK({ id: 'sdk', languageModel: () => import('ai') }),
]
const legs = providers.map((provider) => ({ model: provider.languageModel('m') }))
const route = createRoute({ id: 'chat', legs, limits: createRateLimits({ requestsPerMinute: 1 }) })
console.log(JSON.stringify({ legs: legs.length, tools: route.capabilities.tools, foreign: [...foreign] }))
`

it('loads no SDK before the first call: providers, models and routes cost nothing to have', async () => {
  const { stdout } = await run(process.execPath, ['--conditions=@rt/source', '--input-type=module', '-e', program], {
    cwd: folder,
  })
  expect(JSON.parse(stdout)).toEqual({ legs: 4, tools: 'native', foreign: [] })
})
