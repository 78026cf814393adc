import { appendFile, copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { startProgram, temporaryFolder } from '../../apps/runtime/src/__fixtures__/command.ts'
import { startFakeClaude } from '../../apps/runtime/src/__fixtures__/fake-claude.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))

it('asks this machine first, Claude for what is too long, and nobody else for what is private', async () => {
  await using claude = await startFakeClaude()
  await using data = await temporaryFolder()
  // The config.toml of the example, but for where Claude is.
  const config = join(data.path, 'config.toml')
  await copyFile(`${folder}config.toml`, config)
  await appendFile(
    config,
    `\n[providers.anthropic]\nbase_url = "${claude.url}"\napi_key = "k"\nprice = { input = 3, output = 15 }\n`,
  )

  const program = startProgram(`${folder}index.ts`, [], { cwd: folder, env: { RT_DATA: data.path, RT_CONFIG: config } })
  expect(await program.exit).toBe(0)
  expect(program.stderr()).toBe('')

  const [morning, rules, salary, secret] = program.stdout().split(/(?<= local\n)/)
  expect(morning).toMatch(/route smollm2:135m +answered[^]*cost 0\.00 USD/)
  expect(rules).toMatch(
    /^Hello from Claude\.[^]*context_overflow[^]*route anthropic\/claude-sonnet-4-5 +answered[^]*cost 0\.00047 USD/,
  )
  expect(salary).toMatch(/4,210[^]*route smollm2:135m +answered/)
  expect(secret).toMatch(/^RtError: no model of[^]*anthropic\/claude-sonnet-4-5: not asked/)
  expect(claude.requests).toHaveLength(1)
  expect(JSON.stringify(claude.requests)).not.toContain('Ada')
})
