import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { acquireOwner } from '@rt/node/sqlite'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { runCommand, temporaryFolder } from '../../__fixtures__/command.ts'
import { defaultName } from './backup.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(() => folder[Symbol.asyncDispose]())

const rt = (...args: string[]): ReturnType<typeof runCommand> =>
  runCommand(args, { cwd: folder.path, env: { RT_DATA: join(folder.path, 'data'), RT_CONFIG: 'none' } })
const keyNames = async (): Promise<string[]> =>
  (JSON.parse((await rt('key', 'list', '--json')).stdout) as { name: string }[]).map(({ name }) => name)

it('copies the data, and puts it back with the data from before kept', async () => {
  await rt('key', 'create', 'first')
  const made = await rt('backup', 'copy.db')
  expect(made).toEqual({ code: 0, stderr: '', stdout: expect.stringContaining(`${join(folder.path, 'copy.db')} · `) })
  await rt('key', 'create', 'second')
  expect(await keyNames()).toEqual(['first', 'second'])

  const unasked = await rt('restore', 'copy.db')
  expect(unasked.code).toBe(2)
  expect(unasked.stderr).toContain('say --yes to replace the data')
  expect(await keyNames()).toEqual(['first', 'second'])

  const saved = join(folder.path, 'data', 'kv')
  await mkdir(saved)
  const restored = await rt('restore', 'copy.db', '--yes', '--json')
  expect(existsSync(saved)).toBe(false)
  expect(restored).toMatchObject({ code: 0, stderr: '' })
  expect(await keyNames()).toEqual(['first'])
  const { kept } = JSON.parse(restored.stdout) as { kept: string }
  await rt('restore', kept, '--yes')
  expect(await keyNames()).toEqual(['first', 'second'])
})

it('names a backup by the time, and overwrites none', async () => {
  await rt('key', 'create', 'first')
  expect((await rt('backup')).code).toBe(0)
  expect((await readdir(folder.path)).toSorted()).toEqual([
    'data',
    expect.stringMatching(/^rt-\d{4}-\d\d-\d\d-\d{4}\.db$/),
  ])
  expect(defaultName(new Date(2026, 10, 22, 14, 5).getTime())).toBe('rt-2026-11-22-1405.db')
  await writeFile(join(folder.path, 'mine.db'), 'mine')
  expect(await rt('backup', 'mine.db')).toMatchObject({ code: 1, stderr: expect.stringContaining('conflict') })
})

it('needs no question where there is no data yet', async () => {
  await rt('key', 'create', 'first')
  await rt('backup', 'copy.db')
  const other = join(folder.path, 'other')
  expect(await rt('restore', 'copy.db', '--data', other)).toMatchObject({ code: 0 })
  expect(existsSync(join(other, 'rt.db'))).toBe(true)
})

it('restores nothing while the folder is used, and says by whom', async () => {
  await rt('key', 'create', 'first')
  await rt('backup', 'copy.db')
  await using owner = await acquireOwner({ folder: join(folder.path, 'data'), address: 'http://127.0.0.1:1' })
  const { code, stderr } = await rt('restore', 'copy.db', '--yes')
  expect(code).toBe(1)
  expect(stderr).toContain(`process ${owner.info.pid} uses this data folder, listening on http://127.0.0.1:1.`)
  expect(stderr).toContain('rt stop')
})

it.each([
  [['backup'], 'there is no data to back up yet'],
  [['restore', 'nothing.db'], 'there is no file'],
])('%j without data says so', async (args, said) => {
  expect(await rt(...args)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(said) })
  expect(existsSync(join(folder.path, 'data'))).toBe(false)
})

it('refuses a backup of a newer rt, and leaves the data as they are', async () => {
  await rt('key', 'create', 'first')
  await rt('backup', 'newer.db')
  using newer = new DatabaseSync(join(folder.path, 'newer.db'))
  newer.exec("UPDATE rt_migrations SET version = 99 WHERE namespace = 'memory.threads'")
  await rt('key', 'create', 'second')
  const { code, stderr } = await rt('restore', 'newer.db', '--yes')
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining('database_newer: newer.db holds "memory.threads" in version 99'),
  ])
  expect(await keyNames()).toEqual(['first', 'second'])
})

it('refuses what is no backup before it asks, in words about the backup', async () => {
  await rt('key', 'create', 'first')
  await rt('backup', 'copy.db')
  const copy = await readFile(join(folder.path, 'copy.db'))
  await writeFile(join(folder.path, 'cut.db'), copy.subarray(0, copy.length - 4096))
  await writeFile(join(folder.path, 'letter.db'), 'dear Ada, '.repeat(1000))
  await writeFile(join(folder.path, 'empty.db'), '')
  new DatabaseSync(join(folder.path, 'other.db')).exec('CREATE TABLE cats (name TEXT)')
  for (const [name, code, said] of [
    ['.', 'invalid_request', `${JSON.stringify(folder.path)} is a folder, not a backup.`],
    ['letter.db', 'database_corrupt', 'letter.db is no whole backup: it is not a SQLite database'],
    ['empty.db', 'database_corrupt', 'empty.db is no whole backup: it is empty'],
    ['cut.db', 'database_corrupt', 'cut.db is no whole backup: '],
    ['other.db', 'invalid_request', 'other.db is a SQLite file, but not one of rt.'],
  ] as const) {
    // Without --yes and without a terminal: a question would be an error of its own.
    const { code: exit, stderr } = await rt('restore', name)
    expect([exit, stderr]).toEqual([1, expect.stringContaining(`error  ${code}: ${said}`)])
    expect(stderr).toContain('rt backup made')
  }
  expect((await readdir(folder.path)).toSorted()).toEqual([
    'copy.db',
    'cut.db',
    'data',
    'empty.db',
    'letter.db',
    'other.db',
  ])
  expect(await keyNames()).toEqual(['first'])
})

it('says that the folder for a backup does not exist', async () => {
  await rt('key', 'create', 'first')
  const { code, stderr } = await rt('backup', join('none', 'dir', 'b.db'))
  expect([code, stderr]).toEqual([1, expect.stringContaining('error  not_found: the folder "dir" does not exist.')])
  expect(await readdir(folder.path)).toEqual(['data'])
})

it('names the file in what puts it back', async () => {
  await rt('key', 'create', 'first')
  expect((await rt('backup', 'copy.db')).stdout).toContain(
    `\n rt restore ${join(folder.path, 'copy.db')}   puts it back\n`,
  )
  expect((await rt('backup', 'my copy.db')).stdout).toContain(
    `\n rt restore "${join(folder.path, 'my copy.db')}"   puts`,
  )
})

// Rights mean nothing to root, unless it gives up its power over them.
const isRoot = process.getuid?.() === 0
const cannot = process.platform === 'win32' || (isRoot && spawnSync('setpriv', ['--version']).status !== 0)
it.skipIf(cannot)('works where the data folder cannot be written to (root: needs setpriv)', async () => {
  await rt('key', 'create', 'first')
  const data = join(folder.path, 'data')
  await chmod(join(data, 'rt.db'), 0o444)
  await chmod(data, 0o555)
  const made = await runCommand(['backup', 'copy.db', '--json'], {
    cwd: folder.path,
    env: { RT_DATA: data, RT_CONFIG: 'none' },
    wrapper: isRoot ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : [],
  })
  await chmod(data, 0o755)
  expect(made).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(made.stdout)).toMatchObject({ path: join(folder.path, 'copy.db') })
  expect((await readdir(data)).filter((name) => name.startsWith('rt.db'))).toEqual(['rt.db'])
})

it('works beside a process that does not listen', async () => {
  await rt('key', 'create', 'first')
  await using owner = await acquireOwner({ folder: join(folder.path, 'data') })
  expect(owner.info.address).toBeUndefined()
  expect(await rt('backup', 'copy.db')).toMatchObject({ code: 0, stderr: '' })
})
