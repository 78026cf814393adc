import { once } from 'node:events'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { acquireOwner } from '@rt/node/sqlite'
import { describe, expect, it } from 'vitest'
import { runCommand, temporaryFolder } from '../__fixtures__/command.ts'
import { findOwner } from './find-owner.ts'

const COMMANDS = [['chat', 'my question'], ['ps'], ['stop'], ['stop', 'smollm2:135m'], ['threads'], ['ingest', '.']]

describe('an owner.json that names another machine', () => {
  it.each(COMMANDS.map((args) => [args.join(' '), args]))('is not spoken to by rt %s', async (_, args) => {
    await using folder = await temporaryFolder()
    await using _owner = await acquireOwner({ folder: folder.path, address: 'http://203.0.113.9:18099' })
    const { code, stderr } = await runCommand([...args, '--data', folder.path], { cwd: folder.path })
    expect(code).toBe(1)
    expect(stderr).toMatch(/forbidden: .*http:\/\/203\.0\.113\.9:18099, which is not an address of this machine/)
  })
})

it.each([
  ...COMMANDS,
  ['key', 'create', 'x'],
  ['backup'],
  ['restore', 'x.db'],
  ['memory'],
  ['trace'],
  ['cost'],
  ['search', 'x'],
])('a data folder that is a file is named as that by rt %s', async (...args) => {
  await using folder = await temporaryFolder()
  const data = join(folder.path, 'notes')
  await writeFile(data, 'text')
  const { code, stderr } = await runCommand([...args, '--data', data], { cwd: folder.path })
  expect([code, stderr]).toEqual([
    1,
    `error  config_invalid: the data folder ${data} is a file.\n       Name a folder: --data FOLDER, or RT_DATA.\n`,
  ])
})

it.each([[['key', 'create', 'x']], [['ingest', '.']]])(
  '%j says what a process usually is that does not listen, and what helps',
  async (args) => {
    await using folder = await temporaryFolder()
    await using owner = await acquireOwner({ folder: folder.path })
    const { code, stderr } = await runCommand([...args, '--data', folder.path], { cwd: folder.path })
    expect(code).toBe(1)
    expect(stderr).toContain(`process ${owner.info.pid} owns this data folder and does not listen`)
    expect(stderr).toContain(
      'Usually an open rt chat or a program of yours: end it. Or start rt serve first: then all commands work beside each other.',
    )
  },
)

// Elsewhere the rights of the file decide alone, and the command refuses.
it.runIf(process.platform === 'linux')('an owner.json that came with a folder sends nothing anywhere', async () => {
  await using folder = await temporaryFolder()
  let asked = 0
  const server = createServer((_, response) => {
    asked++
    response.end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const data = join(folder.path, '.rt')
  await mkdir(data)
  await writeFile(join(data, 'owner.json'), JSON.stringify({ pid: 1, token: '0'.repeat(32), address }))
  await chmod(join(data, 'owner.json'), 0o644)
  try {
    const { stdout } = await runCommand(['ps', '--data', data])
    expect(stdout).toContain('nothing is running')
    await runCommand(['chat', 'my question', '--data', data], { env: { RT_DOWNLOAD: 'false', RT_MODELS: data } })
    expect(asked).toBe(0)
  } finally {
    server.close()
  }
})

describe('an address', () => {
  const other = Object.values(networkInterfaces())
    .flatMap((one) => one ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')

  it.each(['http://127.0.0.1:1', 'http://127.8.8.8:1', 'http://localhost:1', 'http://[::1]:1'])(
    '%s is of this machine',
    async (address) => {
      await using folder = await temporaryFolder()
      await using owner = await acquireOwner({ folder: folder.path, address })
      expect(await findOwner(folder.path)).toEqual(owner.info)
    },
  )

  it.skipIf(!other)('of a network card of this machine is (needs a network)', async () => {
    await using folder = await temporaryFolder()
    await using owner = await acquireOwner({ folder: folder.path, address: `http://${other!.address}:1` })
    expect(await findOwner(folder.path)).toEqual(owner.info)
  })

  it.each([
    'http://localhost.example.org:1',
    'http://127.0.0.1@203.0.113.9:1',
    'http://[::ffff:203.0.113.9]:1',
    'https://203.0.113.9',
    'file:///tmp',
    'nonsense',
    '',
  ])('%j is not', async (address) => {
    await using folder = await temporaryFolder()
    await using _owner = await acquireOwner({ folder: folder.path, address })
    await expect(findOwner(folder.path)).rejects.toMatchObject({ code: 'forbidden' })
  })
})
