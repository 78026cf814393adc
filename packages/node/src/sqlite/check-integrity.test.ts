import { readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { damagePage } from './__fixtures__/damage-page.ts'
import { runScript } from './__fixtures__/run-script.ts'
import { makeDatabase, testFolder } from './__fixtures__/test-folder.ts'
import { checkIntegrity } from './check-integrity.ts'
import { openDatabase } from './open-database.ts'

const folder = testFolder()
const says = (text: string): unknown => expect.arrayContaining([expect.stringContaining(text)])

describe('checkIntegrity', () => {
  test('tells size and versions of a whole file, and leaves it as it was', async () => {
    const path = folder.file('rt.db')
    makeDatabase(path, { rows: 100 })
    const before = readFileSync(path)
    const report = await checkIntegrity(path, { check: 'full' })
    expect(report).toEqual({
      ok: true,
      problems: [],
      bytes: before.length,
      pages: before.length / 4096,
      freePages: 0,
      walBytes: 0,
      versions: { items: 1 },
    })
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  test('works beside an owner that writes, and on its open database', async () => {
    const path = folder.file('rt.db')
    const writer = runScript(new URL('./__fixtures__/write-for-ever.ts', import.meta.url), [path])
    await writer.line()
    const report = await checkIntegrity(path, { check: 'full' })
    writer.child.kill('SIGKILL')
    await writer.exited
    expect(report).toMatchObject({ ok: true, versions: { test: 1 } })
    expect(report.walBytes).toBeGreaterThan(0)
    await using database = await openDatabase({ path })
    await database.write({ sql: 'DELETE FROM pair' })
    expect(await checkIntegrity(database)).toMatchObject({ ok: true, problems: [] })
  })

  test('a write that comes while it looks is no damage', async () => {
    const path = folder.file('rt.db')
    makeDatabase(path, { rows: 100 })
    const writer = new DatabaseSync(path)
    onTestFinished(() => writer.close())
    for (let round = 0; round < 5; round++) {
      writer.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      const looking = checkIntegrity(path)
      // By now the sizes would be known, were they taken before the thread of the look has started.
      await stat(path)
      await stat(path)
      writer.exec('INSERT INTO item (filler) VALUES (zeroblob(100000))')
      expect(await looking).toMatchObject({ ok: true, problems: [] })
    }
  })

  test('a damaged page is a problem, not an error', async () => {
    makeDatabase(folder.file('rt.db'), { rows: 500 })
    damagePage(folder.file('rt.db'), 'item')
    const report = await checkIntegrity(folder.file('rt.db'))
    expect(report).toMatchObject({ ok: false, versions: { items: 1 } })
    expect(report.problems.length).toBeGreaterThan(0)
  })

  test('an index that differs from its table is found by the full check', async () => {
    const path = folder.file('rt.db')
    makeDatabase(path, { rows: 10 })
    const database = new DatabaseSync(path, { defensive: false })
    // The table gets a row while SQLite believes that there is no index.
    database.exec(`PRAGMA writable_schema = ON; CREATE TEMP TABLE kept AS SELECT * FROM sqlite_schema WHERE name = 'item_mark';
      DELETE FROM sqlite_schema WHERE name = 'item_mark'; PRAGMA writable_schema = RESET;
      INSERT INTO item (mark) VALUES ('not in the index');
      PRAGMA writable_schema = ON; INSERT INTO sqlite_schema SELECT * FROM kept; PRAGMA writable_schema = RESET`)
    database.close()
    expect(await checkIntegrity(path, { check: 'full' })).toMatchObject({ ok: false, problems: says('item_mark') })
  })

  test('rows that refer to nothing are counted', async () => {
    const path = folder.file('rt.db')
    const database = new DatabaseSync(path, { enableForeignKeyConstraints: false })
    database.exec(`CREATE TABLE item (id INTEGER PRIMARY KEY); CREATE TABLE note (item REFERENCES item (id));
      INSERT INTO note VALUES (1), (2)`)
    database.close()
    expect(await checkIntegrity(path)).toMatchObject({
      ok: false,
      problems: ['2 rows of note refer to rows of item that do not exist'],
      versions: {},
    })
  })

  test('a file that was cut, at any place, is found', async () => {
    const path = folder.file('rt.db')
    makeDatabase(path, { rows: 200 })
    const { size } = statSync(path)
    for (const bytes of [size - 1, size - 4096, Math.floor(size / 2), 5000, 4096, 600, 100, 1, 0]) {
      rmSync(path, { force: true })
      makeDatabase(path, { rows: 200 })
      truncateSync(path, bytes)
      const report = await checkIntegrity(path)
      expect(report, `${bytes} bytes`).toMatchObject({ ok: false, bytes })
      expect(report.problems.length).toBeGreaterThan(0)
    }
  })

  test('something else than a database is said to be that', async () => {
    writeFileSync(folder.file('letter'), 'this is a letter, not a database. '.repeat(100))
    expect(await checkIntegrity(folder.file('letter'))).toMatchObject({
      ok: false,
      problems: says('not a SQLite database'),
      pages: 0,
    })
    await expect(checkIntegrity(folder.file('no'))).rejects.toMatchObject({ code: 'not_found' })
  })

  test('stops when told', async () => {
    makeDatabase(folder.file('rt.db'), { rows: 2000 })
    const stop = new AbortController()
    const stopped = checkIntegrity(folder.file('rt.db'), { signal: stop.signal })
    stop.abort()
    await expect(stopped).rejects.toMatchObject({ code: 'aborted' })
  })
})
