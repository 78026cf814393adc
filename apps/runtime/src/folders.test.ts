import { chmod, chown, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { dataFolder, prepareFolder } from './folders.ts'

let root: string
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'rt-folders-')))
  await mkdir(join(root, 'project/deep/down'), { recursive: true })
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(root, { recursive: true, force: true })
})

it('takes what is given, relative to the working folder', async () => {
  expect(await dataFolder('here', { cwd: root })).toBe(join(root, 'here'))
})

it('lies beside the nearest package.json', async () => {
  await writeFile(join(root, 'project/package.json'), '{}')
  expect(await dataFolder(undefined, { cwd: join(root, 'project/deep/down') })).toBe(join(root, 'project/.rt'))
})

it('lies beside a config.toml that is ours, and ignores one that is not', async () => {
  await writeFile(join(root, 'project/package.json'), '{}')
  await writeFile(join(root, 'project/deep/config.toml'), '[other]\nport = 1\n')
  expect(await dataFolder(undefined, { cwd: join(root, 'project/deep/down') })).toBe(join(root, 'project/.rt'))
  await writeFile(join(root, 'project/deep/config.toml'), 'rt = 1 # ours\n')
  expect(await dataFolder(undefined, { cwd: join(root, 'project/deep/down') })).toBe(join(root, 'project/deep/.rt'))
})

it('lies beside the config.toml that is named', async () => {
  const config = join(root, 'project/deep/config.toml')
  await writeFile(config, 'rt = 1\n')
  expect(await dataFolder(undefined, { cwd: root, config })).toBe(join(root, 'project/deep/.rt'))
  vi.stubEnv('RT_CONFIG', config)
  expect(await dataFolder(undefined, { cwd: root })).toBe(join(root, 'project/deep/.rt'))
})

it('does not lie in a folder that others can write to, nor in the home folder itself', async () => {
  await writeFile(join(root, 'package.json'), '{}')
  const below = join(root, 'project/deep')
  expect(await dataFolder(undefined, { cwd: below })).toBe(join(root, '.rt'))
  await chmod(root, 0o777)
  expect(await dataFolder(undefined, { cwd: below })).not.toContain(root)
  await chmod(root, 0o700)
  vi.stubEnv('HOME', root)
  vi.stubEnv('XDG_DATA_HOME', undefined)
  expect(await dataFolder(undefined, { cwd: below })).toBe(join(root, '.local/share/rt'))
})

it.skipIf(process.getuid?.() !== 0)('of another user is not taken by itself, only when it is named', async () => {
  await writeFile(join(root, 'project/package.json'), '{}')
  const data = join(root, 'project/.rt')
  await mkdir(data)
  await chown(data, 65534, 65534)
  await expect(dataFolder(undefined, { cwd: join(root, 'project') })).rejects.toMatchObject({
    code: 'forbidden',
    message: `the data folder ${data} belongs to another user (id 65534).`,
    hint: expect.stringContaining('--data') as unknown,
  })
  expect(await dataFolder('.rt', { cwd: join(root, 'project') })).toBe(data)
  vi.stubEnv('RT_DATA', data)
  expect(await dataFolder(undefined, { cwd: root })).toBe(data)
})

it('is refused by name when it is a file', async () => {
  const file = join(root, 'data')
  await writeFile(file, '')
  await expect(prepareFolder(file)).rejects.toMatchObject({
    code: 'config_invalid',
    message: expect.stringContaining(file),
  })
})
