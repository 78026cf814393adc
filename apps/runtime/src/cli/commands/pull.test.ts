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
