import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runCommand, type RunningCommand, startCommand, temporaryFolder } from '../__fixtures__/command.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: RunningCommand
let address: string

const env = (): Record<string, string> => ({ RT_DATA: join(folder.path, 'data'), RT_CONFIG: 'none' })
const rt = (...args: string[]): ReturnType<typeof runCommand> => runCommand(args, { cwd: folder.path, env: env() })
const models = async (key?: string): Promise<number> => {
  const headers = new Headers(key === undefined ? [] : [['authorization', `Bearer ${key}`]])
  return (await fetch(`${address}/v1/models`, { headers })).status
}

beforeAll(async () => {
  folder = await temporaryFolder()
  server = startCommand(['serve', '--port', '0'], { cwd: folder.path, env: env() })
  const [, found] = await server.said(/listening\s+(http:\S+)/)
  address = found!
})
afterAll(async () => {
  server.child.kill('SIGTERM')
  await server.exit
  await folder[Symbol.asyncDispose]()
})

it('rt key opens and closes a running server, at once', async () => {
  expect(await models()).toBe(200)
  const { stdout } = await rt('key', 'create', 'ci')
  const secret = stdout.trim()
  expect(await models()).toBe(401)
  expect(await models(`${secret}x`)).toBe(401)
  expect(await models(secret)).toBe(200)
  const [key] = JSON.parse((await rt('key', 'list', '--json')).stdout) as { name: string; lastUsedAt?: number }[]
  expect(key).toMatchObject({ name: 'ci', scope: 'chat', lastUsedAt: expect.any(Number) })
  expect((await rt('key', 'rm', 'ci')).code).toBe(0)
  expect(await models(secret)).toBe(200)
  expect(await models()).toBe(200)
})

it('rt backup copies while it serves; rt restore says who is in the way', async () => {
  await rt('key', 'create', 'kept')
  expect(await rt('backup', 'copy.db')).toMatchObject({ code: 0, stderr: '' })
  await rt('key', 'rm', 'kept')
  const refused = await rt('restore', 'copy.db', '--yes')
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining(`listening on ${address}`) })
  expect(await rt('restore', 'copy.db', '--data', join(folder.path, 'other'))).toMatchObject({ code: 0 })
  const other = await rt('key', 'list', '--json', '--data', join(folder.path, 'other'))
  expect(JSON.parse(other.stdout)).toEqual([expect.objectContaining({ name: 'kept' })])
})

it('rt doctor sees who serves, and on which port', async () => {
  const { stdout } = await runCommand(['doctor'], {
    cwd: folder.path,
    env: { ...env(), RT_PORT: new URL(address).port },
  })
  expect(stdout).toContain(`used by the rt of this data folder, process ${server.child.pid}`)
  expect(stdout).toContain(`process ${server.child.pid}, for `)
  expect(stdout).toMatch(/ok +database +whole/)
})
