import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { startProgram, temporaryFolder } from './__fixtures__/command.ts'
import { startFakeClaude } from './__fixtures__/fake-claude.ts'

const PROGRAM = fileURLToPath(new URL('__fixtures__/packages-by-phase.ts', import.meta.url))

/** What only remote models need, or limits, or prices. */
const LAZY = new Set([
  '@anthropic-ai/sdk',
  '@ai-sdk/google',
  '@ai-sdk/provider',
  '@pydantic/genai-prices',
  '@redis/client',
  'ai',
  'ioredis',
  'openai',
  'rate-limiter-flexible',
  'redis',
])

it('loads no third-party package before the first call that needs it', async () => {
  await using claude = await startFakeClaude()
  await using folder = await temporaryFolder()
  const program = startProgram(PROGRAM, [folder.path, claude.url])
  expect([await program.exit, program.stderr()]).toEqual([0, ''])
  const steps = program
    .stdout()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { step: string; packages: string[] })
    .map(({ step, packages }) => ({ step, lazy: packages.filter((name) => LAZY.has(name)) }))
  expect(steps).toEqual([
    { step: 'opened', lazy: [] },
    { step: 'asked here', lazy: ['rate-limiter-flexible'] },
    { step: 'asked Claude', lazy: ['@anthropic-ai/sdk', 'rate-limiter-flexible'] },
  ])
  expect(claude.requests).toHaveLength(1)
})
