import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { startProgram, temporaryFolder } from '../../apps/runtime/src/__fixtures__/command.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))

it('calls a tool and answers in the form that was asked for', async () => {
  await using data = await temporaryFolder()
  const program = startProgram(`${folder}index.ts`, [], { cwd: folder, env: { RT_DATA: data.path } })
  expect(await program.exit).toBe(0)
  expect(program.stderr()).toBe('')
  expect(program.stdout()).toMatch(
    /^call stock \{"article":"\w+"\}\nresult \{"article":"\w+","pieces":\d+\}\nanswer \{"article":"\w+","inStock":(true|false)\}\n$/,
  )
})
