import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../__fixtures__/command.ts'
import { outside } from './outside.ts'

it('tells a folder and what is below it from its neighbours', () => {
  const isOutside = outside('/nowhere/data')
  expect(['/nowhere/data', '/nowhere/data/rt.db', '/nowhere/data/a/b'].map(isOutside)).toEqual([false, false, false])
  expect(['/nowhere', '/nowhere/data2', '/nowhere/..data', '/'].map(isOutside)).toEqual([true, true, true, true])
})

it('is not fooled by links, also before the folder is made', async () => {
  await using folder = await temporaryFolder()
  await mkdir(join(folder.path, 'project'))
  await symlink(join(folder.path, 'project'), join(folder.path, 'link'))
  const isOutside = outside(join(folder.path, 'link', 'data'))
  expect(isOutside(join(folder.path, 'project', 'data', 'owner.json'))).toBe(false)
  expect(isOutside(join(folder.path, 'project', 'app.ts'))).toBe(true)
})
