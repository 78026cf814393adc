// Opens a runtime with everything remote configured, and prints after each step which packages it has loaded so far.
// Arguments: the data folder, the address of a fake Claude.
import { registerHooks } from 'node:module'
import type { LanguageModel } from '@rt/core'

const packages = new Set<string>()
registerHooks({
  resolve(specifier, context, next) {
    const result = next(specifier, context)
    const [name] = /(?:@[^/]+\/)?[^/]+/.exec(result.url.split('/node_modules/').slice(1).at(-1) ?? '') ?? []
    if (name) packages.add(name)
    return result
  },
})
const report = (step: string): void =>
  void process.stdout.write(`${JSON.stringify({ step, packages: [...packages].toSorted() })}\n`)

const [data = '', baseURL = ''] = process.argv.slice(2)
const { createScriptedModel } = await import('@rt/core/testing')
const { createRuntime } = await import('../index.ts')
const here = (): LanguageModel => createScriptedModel({ id: 'here/echo', answers: ['Hello from here.'] })

await using rt = await createRuntime({
  data,
  config: false,
  embed: false,
  chat: 'here/echo',
  providers: {
    anthropic: { apiKey: 'k', baseURL, price: { input: 3, output: 15 }, models: ['claude-sonnet-4-5'] },
    openai: { apiKey: 'k', models: ['gpt-5'] },
    google: { kind: 'ai-sdk', package: '@ai-sdk/google', apiKey: 'k', models: ['gemini'] },
    here: { id: 'here', languageModel: here },
  },
  router: { budget: { dayUsd: 10 }, cache: {}, retries: 1 },
  limits: { requestsPerMinute: 1000, models: { 'openai/gpt-5': { tokensPerMinute: 1000 } } },
})
const serving = await rt.serve({ port: 0 })
await fetch(new URL('/health', serving.address))
await rt.models()
report('opened')
await rt.generate('Hi')
report('asked here')
await rt.generate('Hi', { model: 'anthropic/claude-sonnet-4-5' })
report('asked Claude')
