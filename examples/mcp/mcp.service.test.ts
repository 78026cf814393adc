import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { startProgram, temporaryFolder } from '../../apps/runtime/src/__fixtures__/command.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))

it('uses the tools of a server, and is one', async () => {
  await using data = await temporaryFolder()
  const program = startProgram(`${folder}index.ts`, [], { cwd: folder, env: { RT_DATA: data.path } })
  expect(await program.exit).toBe(0)
  expect(program.stderr()).toBe('')
  expect(program.stdout()).toMatch(/^memory__read_graph \{.*"entities"[^]*\n.*weather\n[^]*Bergen[^]*21/)
})
