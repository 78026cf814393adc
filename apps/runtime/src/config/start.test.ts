import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'

const FIXTURE = fileURLToPath(new URL('__fixtures__/loaded-packages.ts', import.meta.url))

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'rt-config-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

/** What a process of its own loads for the settings of a folder. */
const loaded = async (): Promise<string> => {
  const env = { ...process.env, RT_CONFIG: undefined }
  return (await promisify(execFile)(process.execPath, ['--conditions=@rt/source', FIXTURE], { cwd: root, env })).stdout
}

it('loads no parser, no zod and no trust without a config.toml', async () => {
  const names = await loaded()
  expect(names).toContain('load-config.ts')
  expect(names).not.toMatch(/zod|smol-toml|read-file|trust\.ts/)
})

it('loads them with one, and trust only for a file that needs it', async () => {
  await writeFile(join(root, 'config.toml'), 'rt = 1\n')
  const names = await loaded()
  expect(names).toMatch(/^zod/m)
  expect(names).toMatch(/^smol-toml/m)
  expect(names).not.toMatch(/\/trust\.ts/)
})
