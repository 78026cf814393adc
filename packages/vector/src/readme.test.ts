import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { temporaryFile } from './__fixtures__/open-temporary.ts'

it('shows an example in the README that runs as it stands', async () => {
  const example = fileURLToPath(new URL('./__fixtures__/readme-example.ts', import.meta.url))
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  // Inside the package it imports the source; a reader imports the package.
  const code = (await readFile(example, 'utf8')).replace("'../index.ts'", "'@rt/vector'")
  expect(readme).toContain(`\`\`\`ts\n${code}\`\`\``)
  using file = temporaryFile()
  const run = promisify(execFile)(process.execPath, ['--conditions=@rt/source', example], { cwd: dirname(file.path) })
  expect((await run).stdout).toMatch(/^coat \{ score: 1, cosine: 0\.99\d+, bm25: \d/)
})
