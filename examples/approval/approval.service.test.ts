import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { startProgram, temporaryFolder } from '../../apps/runtime/src/__fixtures__/command.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))

it('waits for a person over the end of its process, and then does what was approved', async () => {
  await using data = await temporaryFolder()
  const run = async (): Promise<string> => {
    const program = startProgram(`${folder}index.ts`, [], { cwd: folder, env: { RT_DATA: data.path } })
    expect(await program.exit).toBe(0)
    expect(program.stderr()).toBe('')
    return program.stdout()
  }
  const first = await run()
  expect(first).toMatch(/^refund \{"order":"704[12]"\} waits: .*undo/)
  expect(first).not.toContain('refunded')
  const order = /704[12]/.exec(first)![0]
  expect(await run()).toMatch(
    new RegExp(`^refund \\{"order":"${order}","refunded":true\\}\n[^]*The thread has 4 messages`),
  )
})
