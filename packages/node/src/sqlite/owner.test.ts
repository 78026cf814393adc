import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runScript, type Script } from './__fixtures__/run-script.ts'
import { createRecord, takeLock } from './lock-file.ts'
import { openDatabase } from './open-database.ts'
import { acquireOwner, readOwner } from './owner.ts'
import { processIdentity } from './process-identity.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rt-owner-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A lock file as this program writes it, or with the rights of one that came from elsewhere. */
const writeLock = (record: object, mode = 0o600): void => {
  const path = join(folder, 'owner.json')
  writeFileSync(path, JSON.stringify(record))
  chmodSync(path, mode)
}

const startOwn = async (): Promise<Script> => {
  const script = runScript(new URL('./__fixtures__/own.ts', import.meta.url), [folder])
  await script.line()
  return script
}
const tryToOwn = async (script: Script): Promise<string | undefined> => {
  script.child.stdin!.write('go\n')
  return script.line()
}
const end = async (script: Script): Promise<void> => {
  script.child.stdin!.end()
  expect(await script.exited).toMatchObject({ code: 0, stderr: '' })
}

test('the owner is known by pid, address and token, in a file only its user can read', async () => {
  const owner = await acquireOwner({ folder })
  expect(await readOwner(folder)).toEqual(owner.info)
  expect(owner.info).toEqual({
    pid: process.pid,
    token: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
    startedAt: expect.any(Number) as unknown,
  })
  await owner.setAddress('http://127.0.0.1:8080')
  expect((await readOwner(folder))?.address).toBe('http://127.0.0.1:8080')
  expect(statSync(join(folder, 'owner.json')).mode & 0o777).toBe(0o600)

  await owner[Symbol.asyncDispose]()
  expect(await readOwner(folder)).toBeUndefined()
  expect(readdirSync(folder)).toEqual([])
})

test('a second owner is refused and told who has it and what to do', async () => {
  await using owner = await acquireOwner({ folder, address: 'http://127.0.0.1:8080' })
  expect(owner.info.address).toBe('http://127.0.0.1:8080')
  await expect(acquireOwner({ folder })).rejects.toMatchObject({
    code: 'folder_owned',
    message: expect.stringMatching(new RegExp(`${process.pid}.*http://127.0.0.1:8080`)) as unknown,
    hint: expect.stringContaining('another data folder') as unknown,
    data: { pid: process.pid, address: 'http://127.0.0.1:8080' },
  })
  const script = await startOwn()
  expect(await tryToOwn(script)).toBe(`folder_owned ${process.pid}`)
  await end(script)
  expect((await readOwner(folder))?.token).toBe(owner.info.token)
})

test('another process is told by which commands to reach the owner, or what the owner usually is', async () => {
  const pid = process.ppid
  const identity = processIdentity(pid)
  const record = { pid, token: 'f'.repeat(32), startedAt: 1, ...(identity !== undefined && { identity }) }
  writeLock(record)
  await expect(acquireOwner({ folder })).rejects.toMatchObject({
    hint: expect.stringMatching(
      /^Usually an open rt chat or a program of yours: end it\. Or start rt serve first/,
    ) as unknown,
  })
  writeLock({ ...record, address: 'http://127.0.0.1:8080' })
  await expect(acquireOwner({ folder })).rejects.toMatchObject({
    message: expect.stringContaining('listening on http://127.0.0.1:8080') as unknown,
    hint: expect.stringMatching(/rt ps shows it, rt stop ends it\..*another data folder/) as unknown,
  })
})

test('of several processes that try at once exactly one wins, also over the lock of a crashed one', async () => {
  const crashed = await startOwn()
  expect(await tryToOwn(crashed)).toBe(`owner ${crashed.child.pid}`)
  crashed.child.kill('SIGKILL')
  await crashed.exited
  expect(await readOwner(folder)).toBeUndefined()

  const scripts = await Promise.all(Array.from({ length: 4 }, startOwn))
  const answers = await Promise.all(scripts.map(tryToOwn))
  expect(answers.filter((answer) => answer?.startsWith('owner '))).toHaveLength(1)
  expect(answers.filter((answer) => answer?.startsWith('folder_owned '))).toHaveLength(3)
  await Promise.all(scripts.map(end))
  // Released at exit, with nothing left of the race.
  expect(readdirSync(folder)).toEqual([])
})

test('a process that got the id of a crashed owner is not taken for it', async () => {
  const record = { ...createRecord(), identity: 'another-boot:1' }
  writeFileSync(join(folder, 'owner.json'), JSON.stringify(record))
  await using owner = await acquireOwner({ folder })
  expect(owner.info.token).not.toBe(record.token)
})

test.skipIf(createRecord().identity === undefined)(
  'a later process with the id of the owner, in the same boot, is not taken for it',
  async () => {
    const record = createRecord()
    // This process's id, but started at another time.
    const identity = record.identity?.replace(/:\d+$/, ':1')
    writeFileSync(join(folder, 'owner.json'), JSON.stringify({ ...record, identity }))
    expect(await readOwner(folder)).toBeUndefined()
    await using owner = await acquireOwner({ folder })
    expect(owner.info.token).not.toBe(record.token)
  },
)

const OWN = createRecord()
const { identity: IDENTITY, ...NAMELESS } = OWN

test.skipIf(IDENTITY !== undefined)('where a system tells no identity, the id of a process decides', async () => {
  writeLock(NAMELESS)
  await expect(acquireOwner({ folder })).rejects.toMatchObject({ code: 'folder_owned' })
  // Beyond the largest id Linux gives.
  writeLock({ ...NAMELESS, pid: 2 ** 22 + 1 })
  await using owner = await acquireOwner({ folder })
  expect(owner.info.pid).toBe(process.pid)
})

test.skipIf(IDENTITY === undefined)("where it tells one, a lock without it is nobody's", async () => {
  for (const pid of [process.pid, 1]) {
    writeLock({ ...NAMELESS, pid, address: 'http://192.0.2.2:1' })
    expect(await readOwner(folder)).toBeUndefined()
    await using owner = await acquireOwner({ folder })
    expect(owner.info.token).not.toBe(NAMELESS.token)
  }
})

describe.skipIf(process.platform === 'win32')('a lock of a live process that others could have written', () => {
  const stranger = {
    code: 'forbidden',
    message: expect.stringMatching(new RegExp(`^owner\\.json .*process ${process.pid}.* mode `)) as unknown,
    hint: expect.stringMatching(/chmod 600.*remove/) as unknown,
  }

  test.each(['644', '755', '640', '700', '400'])('is neither believed nor taken over: mode %s', async (mode) => {
    writeLock({ ...OWN, address: 'http://192.0.2.2:1' }, Number.parseInt(mode, 8))
    await expect(readOwner(folder)).rejects.toMatchObject(stranger)
    await expect(acquireOwner({ folder })).rejects.toMatchObject(stranger)
    expect(JSON.parse(readFileSync(join(folder, 'owner.json'), 'utf8'))).toMatchObject({ token: OWN.token })
  })

  test.skipIf(process.getuid?.() !== 0)('is not believed when it belongs to another user', async () => {
    writeLock(OWN)
    chownSync(join(folder, 'owner.json'), 65534, 65534)
    const message = expect.stringContaining('belongs to another user') as unknown
    await expect(readOwner(folder)).rejects.toMatchObject({ code: 'forbidden', message })
    await expect(acquireOwner({ folder })).rejects.toMatchObject({ code: 'forbidden', message })
  })

  test('that is gone is taken over all the same', async () => {
    writeLock({ ...OWN, pid: 2 ** 22 + 1 }, 0o644)
    await using owner = await acquireOwner({ folder })
    expect(await readOwner(folder)).toEqual(owner.info)
  })
})

test.skipIf(process.platform === 'win32')(
  'what is no file of its own is never a lock, and is not waited for',
  async () => {
    const path = join(folder, 'owner.json')
    const elsewhere = mkdtempSync(join(tmpdir(), 'rt-owner-'))
    const target = join(elsewhere, 'record')
    writeFileSync(target, JSON.stringify(OWN), { mode: 0o600 })
    const ways = [() => symlinkSync(target, path), () => execFileSync('mkfifo', ['-m', '600', path])]
    for (const make of ways) {
      make()
      expect(await readOwner(folder)).toBeUndefined()
      await using owner = await acquireOwner({ folder })
      expect(await readOwner(folder)).toEqual(owner.info)
    }
    expect(JSON.parse(readFileSync(target, 'utf8'))).toEqual(OWN)
    rmSync(elsewhere, { recursive: true })
  },
)

test('a folder where the lock should be is no lock, and is said to be in the way', async () => {
  mkdirSync(join(folder, 'owner.json'))
  await expect(acquireOwner({ folder })).rejects.toMatchObject({
    name: 'RtError',
    message: expect.stringContaining('owner.json cannot be used as the lock') as unknown,
  })
  expect(readdirSync(folder)).toEqual(['owner.json'])
})

test('readers see whole snapshots while the owner writes, also over its crash and the next owner', async () => {
  const path = join(folder, 'rt.db')
  const startWriter = async (): Promise<Script> => {
    const writer = runScript(new URL('./__fixtures__/write-for-ever.ts', import.meta.url), [path])
    await writer.line()
    return writer
  }
  const first = await startWriter()
  const reader = runScript(new URL('./__fixtures__/read-pairs.ts', import.meta.url), [path])
  expect(await reader.line()).toBe('reading')
  for (let i = 0; i < 100; i++) await first.line()
  first.child.kill('SIGKILL')
  await first.exited
  // The next one recovers the log while the reader is open, and goes on.
  await using next = await openDatabase({ path })
  const { n } = (await next.get<{ n: number }>('SELECT max(n) AS n FROM pair'))!
  for (let i = 1; i <= 50; i++) {
    await next.write({ sql: 'INSERT INTO pair VALUES (?, 1), (?, 2)', params: [n + i, n + i] })
  }
  reader.child.stdin!.end()
  const seen = JSON.parse((await reader.line())!) as { looks: number; rows: number; wrong: number }
  expect(seen).toMatchObject({ wrong: 0 })
  expect(seen.looks).toBeGreaterThan(5)
  expect(await reader.exited).toMatchObject({ code: 0, stderr: '' })
})

test('a damaged lock file, and a recovery that crashed itself, are recovered', async () => {
  const path = join(folder, 'owner.json')
  const token = '0'.repeat(32)
  for (const content of [
    '',
    '\0'.repeat(4096),
    '{"pid":',
    '{"pid":1,"token":"short"}',
    `{"pid":"1","token":"${token}"}`,
    `[{"pid":1,"token":"${token}"}]`,
    `{"pid":-1,"token":"${token}"}`,
    `{"pid":${process.pid},"token":"${token}","address":{}}`,
    `{"pid":${process.pid},"token":"${token}","startedAt":"now"}`,
    JSON.stringify({ ...createRecord(), more: 'x'.repeat(70_000) }),
    'null',
    '12',
  ]) {
    writeFileSync(path, content)
    writeFileSync(`${path}.damaged`, JSON.stringify({ ...createRecord(), identity: 'another-boot:1' }))
    await using owner = await acquireOwner({ folder })
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ token: owner.info.token })
  }
  expect(readdirSync(folder)).toEqual([])
})

test('who comes while another recovers does not remove the lock, and names the other', () => {
  const path = join(folder, 'owner.json')
  const crashed = { ...createRecord(), identity: 'another-boot:1' }
  const other = createRecord()
  writeFileSync(path, JSON.stringify(crashed))
  writeFileSync(`${path}.${crashed.token}`, JSON.stringify(other))
  expect(takeLock(path, createRecord())?.token).toBe(other.token)
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ token: crashed.token })
})

test('disposing does not remove the lock of someone else', async () => {
  const owner = await acquireOwner({ folder })
  writeFileSync(join(folder, 'owner.json'), JSON.stringify(createRecord()))
  await owner[Symbol.asyncDispose]()
  expect(readdirSync(folder)).toEqual(['owner.json'])
  await expect(owner.setAddress('x')).rejects.toMatchObject({ code: 'conflict' })
})

test('a missing folder is named as such', async () => {
  await expect(acquireOwner({ folder: join(folder, 'no') })).rejects.toMatchObject({ code: 'not_found' })
  expect(await readOwner(join(folder, 'no'))).toBeUndefined()
})

test('a data folder that is a file is named as such', async () => {
  writeFileSync(join(folder, 'letter'), 'not a folder')
  await expect(acquireOwner({ folder: join(folder, 'letter') })).rejects.toMatchObject({
    code: 'not_found',
    message: expect.stringContaining('owner.json cannot be used') as unknown,
    hint: expect.any(String) as unknown,
  })
})
