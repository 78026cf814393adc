import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test, vi } from 'vitest'
import { damagePage } from './__fixtures__/damage-page.ts'
import { runScript } from './__fixtures__/run-script.ts'
import { makeDatabase, readDatabase, testFolder } from './__fixtures__/test-folder.ts'
import { backup } from './backup.ts'
import { openDatabase } from './open-database.ts'
import { acquireOwner } from './owner.ts'
import { restore } from './restore.ts'

const folder = testFolder()
const fixture = (name: string): URL => new URL(`./__fixtures__/${name}.ts`, import.meta.url)
const KEPT = /^rt\.db\.before-restore-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d$/

/** A data folder whose owner was killed: rows `old` are in the log only. */
const crashedFolder = (path: string): void => {
  mkdirSync(path)
  makeDatabase(join(path, 'rt.db'), { rows: 20, mark: 'old' })
  const live = new DatabaseSync(join(path, 'rt.db'))
  live.exec("PRAGMA wal_autocheckpoint = 0; INSERT INTO item (mark) VALUES ('old, in the log')")
  for (const name of readdirSync(path)) cpSync(join(path, name), join(path, `${name}.copied`))
  live.close()
  for (const name of readdirSync(path).filter((found) => found.endsWith('.copied'))) {
    cpSync(join(path, name), join(path, name.slice(0, -'.copied'.length)))
    rmSync(join(path, name))
  }
}
const OLD = { rows: 21, marks: 'old,old, in the log', check: 'ok' }
const NEW = { rows: 500, marks: 'new', check: 'ok' }

describe('restore', () => {
  test('puts the backup in place, keeps the old file whole under another name, and leaves the backup alone', async () => {
    crashedFolder(folder.file('data'))
    makeDatabase(folder.file('backup.db'), { rows: 500, mark: 'new' })
    const before = readFileSync(folder.file('backup.db'))
    const progress = vi.fn<(done: number, total: number) => void>()
    const result = await restore({
      from: folder.file('backup.db'),
      to: folder.file('data/rt.db'),
      onProgress: progress,
    })
    const [file, kept, ...others] = readdirSync(folder.file('data')).toSorted()
    expect([file, kept, others]).toEqual(['rt.db', expect.stringMatching(KEPT), []])
    expect(result).toEqual({
      path: folder.file('data/rt.db'),
      bytes: statSync(folder.file('backup.db')).size,
      kept: join(folder.file('data'), kept!),
      versions: { items: 1 },
    })
    expect(readDatabase(folder.file('data/rt.db'))).toEqual(NEW)
    expect(readDatabase(result.kept!)).toEqual(OLD)
    expect(statSync(folder.file('data/rt.db')).mode & 0o777).toBe(0o600)
    expect(readFileSync(folder.file('backup.db')).equals(before)).toBe(true)
    expect(readdirSync(folder.path).toSorted()).toEqual(['backup.db', 'data'])
    expect(progress).toHaveBeenLastCalledWith(result.bytes, result.bytes)
  })

  test('killed before any of its steps, it leaves the old data or the new, and can be run again', async () => {
    makeDatabase(folder.file('backup.db'), { rows: 500, mark: 'new' })
    const outcomes: string[] = []
    for (let at = 1; ; at++) {
      const data = folder.file(`data-${at}`)
      const path = join(data, 'rt.db')
      crashedFolder(data)
      const script = runScript(fixture('restore-and-die'), [folder.file('backup.db'), path, String(at)])
      const said = await script.line()
      const { signal, stderr } = await script.exited
      if (said !== undefined) {
        expect(said).toBe(`done ${at - 1}`)
        break
      }
      expect([signal, stderr]).toEqual(['SIGKILL', ''])
      // Another process opens what is there, as it would after any crash.
      const opened = await openDatabase({ path })
      const marks = (await opened.all<{ mark: string }>('SELECT DISTINCT mark FROM item ORDER BY mark')).map(
        ({ mark }) => mark,
      )
      await opened[Symbol.asyncDispose]()
      outcomes.push(marks.join())
      expect(readDatabase(path)).toEqual(marks.includes('new') ? NEW : OLD)
      const { kept } = await restore({ from: folder.file('backup.db'), to: path })
      expect(readDatabase(path)).toEqual(NEW)
      // What was there before the first attempt is in one of the kept files, and nothing else is left.
      const names = readdirSync(data).filter((name) => name !== 'rt.db' && !name.startsWith('.lock-'))
      expect(names.map((name) => readDatabase(join(data, name)))).toContainEqual(OLD)
      expect(names.every((name) => KEPT.test(name) || /-\d$/.test(name))).toBe(true)
      expect(names).toContain(kept!.slice(data.length + 1))
    }
    expect(new Set(outcomes)).toEqual(new Set(['old,old, in the log', 'new']))
    expect(outcomes.length).toBeGreaterThan(5)
  })

  test('an old file that SQLite cannot read is kept as it was, and its logs never meet the new one', async () => {
    crashedFolder(folder.file('data'))
    const path = folder.file('data/rt.db')
    writeFileSync(path, 'this was a database once. '.repeat(500))
    const log = readFileSync(`${path}-wal`)
    makeDatabase(folder.file('backup.db'), { rows: 500, mark: 'new' })
    const { kept } = await restore({ from: folder.file('backup.db'), to: path })
    expect(readDatabase(path)).toEqual(NEW)
    expect(readFileSync(kept!, 'utf8')).toContain('this was a database')
    expect(readFileSync(`${kept!}-wal`).equals(log)).toBe(true)
  })

  test('works in an empty folder, also where logs without their database were left', async () => {
    crashedFolder(folder.file('data'))
    mkdirSync(folder.file('empty'))
    cpSync(folder.file('data/rt.db-wal'), folder.file('empty/rt.db-wal'))
    writeFileSync(folder.file('empty/rt.db-journal'), 'of a database that is gone')
    makeDatabase(folder.file('backup.db'), { rows: 500, mark: 'new' })
    const result = await restore({ from: folder.file('backup.db'), to: folder.file('empty/rt.db') })
    expect(result).not.toHaveProperty('kept')
    expect(readDatabase(folder.file('empty/rt.db'))).toEqual(NEW)
  })

  test('what is no whole backup of rt is refused, and nothing is changed', async () => {
    crashedFolder(folder.file('data'))
    const to = folder.file('data/rt.db')
    const before = readFileSync(to)
    const listed = readdirSync(folder.file('data'))
    makeDatabase(folder.file('damaged.db'), { rows: 500, mark: 'new' })
    damagePage(folder.file('damaged.db'), 'item')
    makeDatabase(folder.file('newer.db'), { rows: 5, mark: 'new' })
    writeFileSync(folder.file('letter.db'), 'this is a letter, not a database. '.repeat(100))
    writeFileSync(folder.file('empty.db'), '')
    new DatabaseSync(folder.file('foreign.db')).exec('CREATE TABLE bookmark (url)')
    makeDatabase(folder.file('cut.db'), { rows: 500, mark: 'new' })
    writeFileSync(folder.file('cut.db'), readFileSync(folder.file('cut.db')).subarray(0, 100_000))
    const attempt = (name: string, known: Record<string, number> = {}): Promise<unknown> =>
      restore({ from: folder.file(name), to, known }).catch((error: unknown) => error)

    expect(await attempt('damaged.db')).toMatchObject({ code: 'database_corrupt' })
    expect(await attempt('letter.db')).toMatchObject({ code: 'database_corrupt' })
    expect(await attempt('cut.db')).toMatchObject({ code: 'database_corrupt' })
    expect(await attempt('empty.db')).toMatchObject({ code: 'invalid_request' })
    expect(await attempt('foreign.db')).toMatchObject({ code: 'invalid_request' })
    expect(await attempt('no.db')).toMatchObject({ code: 'not_found' })
    expect(await attempt('data/rt.db')).toMatchObject({ code: 'invalid_request' })
    expect(await attempt('newer.db', { items: 0 })).toMatchObject({
      code: 'database_newer',
      message: expect.stringContaining('"items" in version 1; this program knows version 0') as unknown,
    })
    expect(readdirSync(folder.file('data'))).toEqual(listed)
    expect(readFileSync(to).equals(before)).toBe(true)
    expect(readDatabase(to)).toEqual(OLD)
  })

  test('a folder with a live owner is refused, unless the caller is the owner', async () => {
    mkdirSync(folder.file('data'))
    makeDatabase(folder.file('data/rt.db'), { rows: 20, mark: 'old' })
    makeDatabase(folder.file('backup.db'), { rows: 500, mark: 'new' })
    const paths = { from: folder.file('backup.db'), to: folder.file('data/rt.db') }
    await using owner = await acquireOwner({ folder: folder.file('data') })
    await expect(restore(paths)).rejects.toMatchObject({ code: 'folder_owned' })
    expect(readDatabase(paths.to).marks).toBe('old')
    await restore({ ...paths, owner })
    expect(readDatabase(paths.to)).toEqual(NEW)
    expect(existsSync(folder.file('data/owner.json'))).toBe(true)
  })

  test('while another process reads the old file nothing is replaced under its feet', async () => {
    crashedFolder(folder.file('data'))
    makeDatabase(folder.file('backup.db'), { rows: 500, mark: 'new' })
    const paths = { from: folder.file('backup.db'), to: folder.file('data/rt.db') }
    const reader = runScript(fixture('read-until-told'), [paths.to])
    await reader.line()
    await expect(restore(paths)).rejects.toMatchObject({
      code: 'database_error',
      retryable: true,
      message: expect.stringContaining('rt.db is locked by another process') as unknown,
    })
    reader.child.stdin!.end()
    expect(await reader.exited).toMatchObject({ code: 0 })
    expect(readDatabase(paths.to)).toEqual(OLD)
    await restore(paths)
    expect(readDatabase(paths.to)).toEqual(NEW)
  })

  test('a name that a killed restore gave to the file in use is taken away again', async () => {
    mkdirSync(folder.file('data'))
    makeDatabase(folder.file('data/rt.db'), { rows: 20, mark: 'old' })
    linkSync(folder.file('data/rt.db'), folder.file('data/rt.db.before-restore-2020-01-01T00-00-00'))
    writeFileSync(folder.file('data/rt.db.before-restore-2019-01-01T00-00-00'), 'of a restore that went well')
    makeDatabase(folder.file('backup.db'), { rows: 500, mark: 'new' })
    const { kept } = await restore({ from: folder.file('backup.db'), to: folder.file('data/rt.db') })
    expect(readdirSync(folder.file('data')).toSorted()).toEqual([
      'rt.db',
      'rt.db.before-restore-2019-01-01T00-00-00',
      kept!.slice(folder.file('data').length + 1),
    ])
  })

  test('a backup made while it was used comes back as it was', async () => {
    mkdirSync(folder.file('data'))
    const database = await openDatabase({ path: folder.file('data/rt.db') })
    await database.migrate('items', ['CREATE TABLE item (id INTEGER PRIMARY KEY, mark TEXT)'])
    await database.write({ sql: "INSERT INTO item (mark) VALUES ('kept')" })
    await backup(database, folder.file('backup.db'))
    await database.write({ sql: "INSERT INTO item (mark) VALUES ('later')" })
    await database[Symbol.asyncDispose]()
    await restore({ from: folder.file('backup.db'), to: folder.file('data/rt.db') })
    await using again = await openDatabase({ path: folder.file('data/rt.db') })
    expect(await again.all('SELECT mark FROM item')).toEqual([{ mark: 'kept' }])
  })
})
