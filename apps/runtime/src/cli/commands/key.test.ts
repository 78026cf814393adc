import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openDatabase } from '@rt/node/sqlite'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { runCommand, temporaryFolder } from '../../__fixtures__/command.ts'
import { createKeyStore } from '../../keys/key-store.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(() => folder[Symbol.asyncDispose]())

const key = (...args: string[]): ReturnType<typeof runCommand> =>
  runCommand(['key', ...args], { env: { RT_DATA: join(folder.path, 'data'), RT_CONFIG: 'none' } })

it('prints the secret alone on stdout, once, and it opens the server from then on', async () => {
  const made = await key('create', 'ci', '--scope', 'admin')
  expect(made.code).toBe(0)
  expect(made.stdout).toMatch(/^rt_[0-9A-Za-z]{43}\n$/)
  expect(made.stderr).toContain('shown this once')
  expect(made.stderr).toContain('It is the first')
  const secret = made.stdout.trim()
  expect(made.stderr).not.toContain(secret)

  await using database = await openDatabase({ path: join(folder.path, 'data/rt.db'), readOnly: true })
  expect(await createKeyStore({ database }).identify(secret)).toMatchObject({ scope: 'admin' })

  const listed = await key('list')
  expect(listed.stdout).toMatch(new RegExp(`\\n ci +admin +${secret.slice(0, 7)}… .* key_[0-9a-z]{26}\\n$`))
  const json = await key('list', '--json')
  expect(JSON.parse(json.stdout)).toEqual([expect.objectContaining({ name: 'ci', scope: 'admin' })])
  for (const { stdout, stderr } of [listed, json]) expect(stdout + stderr).not.toContain(secret)
  expect((await readFile(join(folder.path, 'data/rt.db'))).includes(secret)).toBe(false)
})

it('revokes by name or id, and names the nearest otherwise', async () => {
  await key('create', 'laptop')
  const missing = await key('rm', 'laptpo')
  expect(missing.code).toBe(1)
  expect(missing.stderr).toContain('there is no key "laptpo".\n       Did you mean laptop?')
  const [{ id }] = JSON.parse((await key('list', '--json')).stdout) as [{ id: string }]
  await key('create', 'phone')
  expect((await key('rm', 'phone')).stdout).toBe(' phone is revoked: it opens nothing from now on\n')
  const last = await key('rm', id)
  expect(last.code).toBe(0)
  expect(last.stdout).toContain('It was the last: on this machine the server asks for no key any more')
  expect((await key('list')).stdout).toContain('no keys')
})

it('makes nothing where it only looks', async () => {
  expect((await key('list', '--json')).stdout).toBe('[]\n')
  expect((await key('rm', 'ci')).code).toBe(1)
  expect(existsSync(join(folder.path, 'data'))).toBe(false)
})

it.each([
  [['create', 'a b'], 1, '1 to 64 letters, digits'],
  [['create'], 2, 'NAME is missing'],
  [['create', 'ci', '--scope', 'chta'], 2, 'Did you mean --scope chat?'],
  [['crate', 'ci'], 2, 'Did you mean rt key create?'],
  [[], 2, 'create, list or rm'],
])('refuses %j', async (args, code, said) => {
  expect(await key(...args)).toEqual({ code, stdout: '', stderr: expect.stringContaining(said) })
})
