import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { startProgram, temporaryFolder } from '../../apps/runtime/src/__fixtures__/command.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))

it('shows the model few of sixty tools, and it calls one of them', async () => {
  await using data = await temporaryFolder()
  const program = startProgram(`${folder}index.ts`, [], { cwd: folder, env: { RT_DATA: data.path } })
  expect(await program.exit).toBe(0)
  expect(program.stderr()).toBe('')
  expect(program.stdout()).toMatch(/^(\w+_(shipment|supplier)|find_tool) \{/)
  expect(program.stdout()).toMatch(/tools.select .*5 of 60/)
})
