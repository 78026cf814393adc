import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

it('shows an example in the README that runs as it stands', async () => {
  const example = await readFile(new URL('./__fixtures__/readme-example.ts', import.meta.url), 'utf8')
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  expect(/```ts\n([\s\S]*?)```/.exec(readme)?.[1]).toBe(example.slice(example.indexOf('\n') + 1))

  const folder = await mkdtemp(join(tmpdir(), 'rt-readme-'))
  try {
    const program = fileURLToPath(new URL('./__fixtures__/readme-example.ts', import.meta.url))
    const run = promisify(execFile)(process.execPath, ['--conditions=@rt/source', program], { cwd: folder })
    expect((await run).stdout).toMatch(/^\d+ 2\n$/)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
