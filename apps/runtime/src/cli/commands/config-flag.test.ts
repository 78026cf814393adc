import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { acquireOwner } from '@rt/node/sqlite'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { runCommand, temporaryFolder } from '../../__fixtures__/command.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeEach(async () => {
  folder = await temporaryFolder()
  await mkdir(join(folder.path, 'project'))
  await writeFile(join(folder.path, 'project', 'config.toml'), 'rt = 1\n')
})
afterEach(() => folder[Symbol.asyncDispose]())

/** Elsewhere than the project whose settings are named. */
const rt = (...args: string[]): ReturnType<typeof runCommand> =>
  runCommand([...args, '--config', join(folder.path, 'project', 'config.toml')], {
    cwd: folder.path,
    env: { RT_DATA: '', RT_CONFIG: '' },
  })

it('--config names the project, and with it the data folder', async () => {
  const data = join(folder.path, 'project', '.rt')
  expect((await rt('key', 'create', 'first')).code).toBe(0)
  expect(existsSync(join(data, 'rt.db'))).toBe(true)
  expect((await rt('key', 'list')).stdout).toContain('first')
  expect((await rt('backup', 'copy.db')).code).toBe(0)
  expect((await rt('restore', 'copy.db', '--yes')).stdout).toContain(`to ${join(data, 'rt.db')}`)
  expect((await rt('doctor')).stdout).toContain(`${data}, `)

  await using owner = await acquireOwner({ folder: data })
  const { pid } = owner.info
  expect((await rt('ps')).stdout).toContain(`process ${pid} uses this data folder`)
  expect((await rt('stop')).stderr).toContain(`process ${pid} uses this data folder`)
})
