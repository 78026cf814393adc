import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

it('runs the example of the README', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rt-readme-'))
  try {
    const program = fileURLToPath(new URL('./__fixtures__/readme-example.ts', import.meta.url))
    const run = promisify(execFile)(process.execPath, ['--conditions=@rt/source', program], { cwd: folder })
    expect((await run).stdout).toMatch(/^\d+ 2\n$/)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
