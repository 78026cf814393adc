import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { dataFolder } from './folders.ts'

let root: string
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'rt-folders-')))
  await mkdir(join(root, 'project/deep/down'), { recursive: true })
})
afterEach(() => rm(root, { recursive: true, force: true }))

it('takes what is given, relative to the working folder', async () => {
  expect(await dataFolder('here', root)).toBe(join(root, 'here'))
})

it('lies beside the nearest package.json', async () => {
  await writeFile(join(root, 'project/package.json'), '{}')
  expect(await dataFolder(undefined, join(root, 'project/deep/down'))).toBe(join(root, 'project/.rt'))
})

it('lies beside a config.toml that is ours, and ignores one that is not', async () => {
  await writeFile(join(root, 'project/package.json'), '{}')
  await writeFile(join(root, 'project/deep/config.toml'), '[other]\nport = 1\n')
  expect(await dataFolder(undefined, join(root, 'project/deep/down'))).toBe(join(root, 'project/.rt'))
  await writeFile(join(root, 'project/deep/config.toml'), 'rt = 1 # ours\n')
  expect(await dataFolder(undefined, join(root, 'project/deep/down'))).toBe(join(root, 'project/deep/.rt'))
})
