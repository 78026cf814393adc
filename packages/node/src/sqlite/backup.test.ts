import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { describe, expect, test, vi } from 'vitest'
import { runScript, type Script } from './__fixtures__/run-script.ts'
import { makeDatabase, readDatabase, testFolder } from './__fixtures__/test-folder.ts'
import { damagePage } from './__fixtures__/damage-page.ts'
import { backup } from './backup.ts'
import * as measure from '../files/free-bytes.ts'
import { openDatabase } from './open-database.ts'

const folder = testFolder()
const whole = { check: 'ok' }

describe('backup', () => {
  test('is one whole file that only its user can read, and the source is as it was', async () => {
    makeDatabase(folder.file('rt.db'), { rows: 3000 })
    const before = readFileSync(folder.file('rt.db'))
    const progress: [number, number][] = []
    const result = await backup(folder.file('rt.db'), folder.file('copy.db'), {
      onProgress: (done, total) => progress.push([done, total]),
    })
    const { size, mode } = statSync(folder.file('copy.db'))
    expect(result).toEqual({ path: folder.file('copy.db'), bytes: size, versions: { items: 1 } })
    expect(mode & 0o777).toBe(0o600)
    expect(progress.at(-1)).toEqual([size, size])
    expect(progress.every(([done], i) => done >= (progress[i - 1]?.[0] ?? 0))).toBe(true)
    expect(progress.length).toBeGreaterThan(1)
    expect(readdirSync(folder.path).filter((name) => !name.startsWith('rt.db'))).toEqual(['copy.db'])
    expect(readFileSync(folder.file('rt.db')).equals(before)).toBe(true)
    expect(readDatabase(folder.file('copy.db'))).toEqual({ rows: 3000, marks: 'x', ...whole })
  })

  test('beside a writer that never pauses it ends, holds all that was acknowledged before, and no half write', async () => {
    const path = folder.file('rt.db')
    makeDatabase(path, { rows: 10_000 })
    const writer = runScript(new URL('./__fixtures__/write-for-ever.ts', import.meta.url), [path])
    let last = 0
    while (last < 50) last = Number(await writer.line())
    const progress: number[] = []
    await backup(path, folder.file('copy.db'), { onProgress: (done) => progress.push(done) })
    // It never begins anew.
    expect(progress).toEqual(progress.toSorted((a, b) => a - b))
    writer.child.kill('SIGKILL')
    await writer.exited
    await using copy = await openDatabase({ path: folder.file('copy.db') })
    const halves = await copy.all<{ n: number; halves: number }>(
      'SELECT n, count(*) AS halves FROM pair GROUP BY n ORDER BY n',
    )
    expect(halves.length).toBeGreaterThanOrEqual(last)
    expect(halves).toEqual(halves.map((_, i) => ({ n: i + 1, halves: 2 })))
  })

  test('is a method of an open database, which goes on, also inside a transaction of its owner', async () => {
    await using database = await openDatabase({ path: folder.file('rt.db') })
    await database.write([{ sql: 'CREATE TABLE item (mark)' }, { sql: "INSERT INTO item VALUES ('before')" }])
    await database.transaction(async (transaction) => {
      await transaction.run({ sql: "INSERT INTO item VALUES ('inside')" })
      await database.backup(folder.file('one.db'))
    })
    await database.backup(folder.file('two.db'))
    expect(readDatabase(folder.file('one.db'))).toEqual({ rows: 1, marks: 'before', ...whole })
    expect(readDatabase(folder.file('two.db'))).toEqual({ rows: 2, marks: 'before,inside', ...whole })
    await using beside = await openDatabase({ path: folder.file('rt.db'), readOnly: true })
    await beside.backup(folder.file('three.db'))
    expect(readDatabase(folder.file('three.db')).rows).toBe(2)
  })

  test('never writes over a file, nor over one that comes meanwhile', async () => {
    makeDatabase(folder.file('rt.db'), { rows: 1 })
    writeFileSync(folder.file('copy.db'), 'mine')
    const exists = { code: 'conflict', message: expect.stringContaining('copy.db exists') as unknown }
    await expect(backup(folder.file('rt.db'), folder.file('copy.db'))).rejects.toMatchObject(exists)
    await expect(backup(folder.file('rt.db'), folder.file('rt.db'))).rejects.toMatchObject({ code: 'conflict' })

    const late = backup(folder.file('rt.db'), folder.file('late.db'), {
      onProgress: () => writeFileSync(folder.file('late.db'), 'mine'),
    })
    await expect(late).rejects.toMatchObject({ code: 'conflict' })
    for (const name of ['copy.db', 'late.db']) expect(readFileSync(folder.file(name), 'utf8')).toBe('mine')
    expect(readdirSync(folder.path).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  test('stops when told, and leaves nothing', async () => {
    makeDatabase(folder.file('rt.db'), { rows: 6000 })
    const stop = new AbortController()
    const stopped = backup(folder.file('rt.db'), folder.file('copy.db'), {
      signal: stop.signal,
      onProgress: () => stop.abort(),
    })
    await expect(stopped).rejects.toMatchObject({ code: 'aborted' })
    expect(readdirSync(folder.path).filter((name) => !name.startsWith('rt.db'))).toEqual([])
    const never = backup(folder.file('rt.db'), folder.file('copy.db'), { signal: stop.signal })
    await expect(never).rejects.toMatchObject({ code: 'aborted' })
  })

  test('removes what one of this target that was killed left behind, and nothing of one that runs', async () => {
    makeDatabase(folder.file('rt.db'), { rows: 6000 })
    const begin = async (): Promise<Script> => {
      const script = runScript(new URL('./__fixtures__/backup-and-wait.ts', import.meta.url), [
        folder.file('rt.db'),
        folder.file('copy.db'),
      ])
      await script.line()
      return script
    }
    const running = await begin()
    const killed = await begin()
    killed.child.kill('SIGKILL')
    await killed.exited
    writeFileSync(folder.file('.copy.db.mine.tmp'), 'of somebody else')
    const temporaries = (): string[] => readdirSync(folder.path).filter((name) => name.endsWith('.tmp'))
    expect(temporaries()).toHaveLength(3)
    await backup(folder.file('rt.db'), folder.file('copy.db'))
    const left = temporaries()
    expect(left).toEqual([expect.stringContaining(`.${running.child.pid}-`), '.copy.db.mine.tmp'])
    expect(readdirSync(folder.path).filter((name) => name.includes(`.${killed.child.pid}-`))).toEqual([])
    running.child.kill('SIGKILL')
    await running.exited
  })

  test('closing the database stops it, and says so', async () => {
    makeDatabase(folder.file('rt.db'), { rows: 6000 })
    const database = await openDatabase({ path: folder.file('rt.db') })
    const begun = Promise.withResolvers<void>()
    const stopped = database.backup(folder.file('copy.db'), { onProgress: () => begun.resolve() })
    const told = expect(stopped).rejects.toMatchObject({ code: 'shutting_down' })
    await begun.promise
    await database[Symbol.asyncDispose]()
    await told
    expect(readdirSync(folder.path)).toEqual(['rt.db'])
  })

  test('a callback that throws is the error of the call', async () => {
    makeDatabase(folder.file('rt.db'), { rows: 3000 })
    const broken = backup(folder.file('rt.db'), folder.file('copy.db'), {
      onProgress: () => {
        throw new TypeError('broken bar')
      },
    })
    await expect(broken).rejects.toThrow('broken bar')
    expect(existsSync(folder.file('copy.db'))).toBe(false)
  })

  test('too little room is told before anything is written', async () => {
    makeDatabase(folder.file('rt.db'), { rows: 100 })
    const free = vi.spyOn(measure, 'freeBytes').mockResolvedValue(1000)
    try {
      await expect(backup(folder.file('rt.db'), folder.file('copy.db'))).rejects.toMatchObject({
        code: 'disk_full',
        message: expect.stringMatching(/needs \d+ kB, and 1 kB are free.*Nothing was written/) as unknown,
      })
    } finally {
      free.mockRestore()
    }
    expect(existsSync(folder.file('copy.db'))).toBe(false)
  })

  const mounts = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0
  test.skipIf(!mounts)('a disk that turns out to be full leaves nothing (needs user namespaces)', async () => {
    makeDatabase(folder.file('rt.db'), { rows: 3000 })
    mkdirSync(folder.file('small'))
    const script = runScript(
      new URL('./__fixtures__/backup-on-a-full-disk.ts', import.meta.url),
      [folder.file('rt.db'), folder.file('small')],
      { inOwnMounts: `mount -t tmpfs -o size=2m none '${folder.file('small')}'` },
    )
    expect(JSON.parse((await script.line()) ?? (await script.exited).stderr)).toEqual({
      code: 'disk_full',
      left: [],
    })
  })

  test('a damaged source gives no backup, and the damage is named', async () => {
    makeDatabase(folder.file('rt.db'), { rows: 500 })
    damagePage(folder.file('rt.db'), 'item')
    await expect(backup(folder.file('rt.db'), folder.file('copy.db'))).rejects.toMatchObject({
      code: 'database_corrupt',
      message: expect.stringContaining('The copy was not kept') as unknown,
    })
    writeFileSync(folder.file('letter'), 'this is a letter, not a database. '.repeat(100))
    await expect(backup(folder.file('letter'), folder.file('copy.db'))).rejects.toMatchObject({
      code: 'database_corrupt',
    })
    expect(readdirSync(folder.path).filter((name) => name.includes('copy'))).toEqual([])
  })

  test('a missing source, and a missing folder for the copy, are named', async () => {
    await expect(backup(folder.file('rt.db'), folder.file('copy.db'))).rejects.toMatchObject({ code: 'not_found' })
    makeDatabase(folder.file('rt.db'), { rows: 1 })
    await expect(backup(folder.file('rt.db'), folder.file('no/copy.db'))).rejects.toMatchObject({ code: 'not_found' })
  })
})
