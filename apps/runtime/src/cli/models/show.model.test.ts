import { expect, it } from 'vitest'
import { runCommand } from '../../__fixtures__/command.ts'

it('rt show reads what the file of a model says of itself', async () => {
  const { code, stdout } = await runCommand(['show', 'smollm2:135m'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/architecture +llama\n/)
  expect(stdout).toMatch(/parameters +134\.5 M\n/)
  expect(stdout).toMatch(/quantisation +Q4_1\n/)
  expect(stdout).toMatch(/template +sha256 [0-9a-f]{16}…\n/)
})
