import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runCommand, temporaryFolder } from '../../__fixtures__/command.ts'

it.skipIf(process.platform === 'win32')('lets no name of a file drive a terminal, as JSON neither', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'a\u009b31m.gguf')
  await writeFile(file, 'GGUF')
  const { code, stdout } = await runCommand(['pull', file, '--json'], { env: { RT_MODELS: folder.path } })
  expect(code).toBe(0)
  expect(stdout.trimEnd()).not.toMatch(/\p{Cc}/u)
  expect(JSON.parse(stdout)).toMatchObject({ type: 'ready', model: file })
})

it.each(['pull', 'show'])('%s says of a model of a service that nothing of it is here', async (command) => {
  await using folder = await temporaryFolder()
  const rt = (name: string) => runCommand([command, name], { env: { RT_MODELS: folder.path } })
  const { code, stderr } = await rt('anthropic/claude-sonnet-4-5')
  expect(code).toBe(1)
  expect(stderr).toMatch(
    /^error {2}unsupported: "anthropic\/claude-sonnet-4-5" runs elsewhere: .*\n.* rt run anthropic\//,
  )
  expect((await rt('anthropi')).stderr).toContain('model_not_found')
})
