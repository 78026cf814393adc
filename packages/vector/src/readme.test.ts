import { execFile } from 'node:child_process'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { temporaryFile } from './__fixtures__/open-temporary.ts'

it('runs the example of the README', async () => {
  const example = fileURLToPath(new URL('./__fixtures__/readme-example.ts', import.meta.url))
  using file = temporaryFile()
  const run = promisify(execFile)(process.execPath, ['--conditions=@rt/source', example], { cwd: dirname(file.path) })
  expect((await run).stdout).toMatch(/^coat \{ score: 0\.825, cosine: 0\.99\d+, bm25: \d/)
})
