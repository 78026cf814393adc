import { existsSync } from 'node:fs'
import { readdir, writeFile } from 'node:fs/promises'
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

  const restored = await rt('restore', 'copy.db', '--yes', '--json')
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

it('refuses what is no backup', async () => {
  await writeFile(join(folder.path, 'letter.db'), 'dear Ada, '.repeat(1000))
  const { code, stderr } = await rt('restore', 'letter.db', '--yes')
  expect(code).toBe(1)
  expect(stderr).toContain('database_corrupt')
})
