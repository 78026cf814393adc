import fs, { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { RtError } from '@rt/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runScript } from './__fixtures__/run-script.ts'
import { openDatabase } from './open-database.ts'
import type { Database, Transaction } from './types.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rt-sqlite-'))
  path = join(folder, 'rt.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const fixture = (name: string): URL => new URL(`./__fixtures__/${name}.ts`, import.meta.url)
const fails = (code: string, text = ''): unknown =>
  expect.objectContaining({ code, message: expect.stringContaining(text) as unknown })
const openItems = async (options: { graceMs?: number } = {}): Promise<Database> => {
  const database = await openDatabase({ path, ...options })
  await database.migrate('items', ['CREATE TABLE item (id INTEGER PRIMARY KEY, x)'])
  return database
}
const count = async (database: Database): Promise<number> =>
  (await database.get<{ n: number }>('SELECT count(*) AS n FROM item'))!.n

describe('reading and writing', () => {
  test('changes are counted when they have ended, those that failed too; reads are not', async () => {
    await using database = await openItems()
    const before = database.written
    await count(database)
    expect(database.written).toBe(before)
    const writing = database.write({ sql: 'INSERT INTO item (x) VALUES (1)' })
    expect(database.written).toBe(before)
    await writing
    await database.transaction(async () => {})
    await database.write({ sql: 'INSERT INTO nowhere VALUES (1)' }).catch(() => {})
    expect(database.written).toBe(before + 3)
  })

  test('a read sees every write that resolved before it', async () => {
    await using database = await openItems()
    for (let n = 1; n <= 20; n++) {
      await database.write({ sql: 'INSERT INTO item (x) VALUES (?)', params: [n] })
      // More reads at once than there are readers.
      expect(await Promise.all(Array.from({ length: 4 }, () => count(database)))).toEqual([n, n, n, n])
    }
  })

  test('no read writes, also before there is a thread for reading', async () => {
    await using database = await openItems()
    for (let n = 0; n < 3; n++)
      await expect(database.all('INSERT INTO item (x) VALUES (1) RETURNING id')).rejects.toEqual(fails('read_only'))
    await database.write({ sql: 'INSERT INTO item (x) VALUES (1)' })
    expect(await count(database)).toBe(1)
  })

  test('the first read sees nothing of a transaction that is open', async () => {
    await using database = await openItems()
    await database.transaction(async (tx) => {
      await tx.run({ sql: 'INSERT INTO item (x) VALUES (1)' })
      expect(await count(database)).toBe(0)
    })
    expect(await count(database)).toBe(1)
  })

  test('values come back as they went in', async () => {
    await using database = await openItems()
    const bytes = new Uint8Array(100_000).map((_, i) => i)
    const part = bytes.subarray(7, 19)
    const values = ['text ∞', 1.5, 42, null, bytes, part, Buffer.from('pooled'), 2n ** 60n]
    await database.write({ sql: 'INSERT INTO item (x) VALUES (?)', each: values.map((value) => [value]) })
    const rows = await database.all<{ x: unknown }>('SELECT x FROM item ORDER BY id')
    expect(rows.map(({ x }) => x)).toEqual([...values.slice(0, 6), new Uint8Array(Buffer.from('pooled')), 2n ** 60n])
    expect(bytes.byteLength).toBe(100_000)
  })

  test('write reports the rows each statement changed', async () => {
    await using database = await openItems()
    const { changes } = await database.write([
      { sql: 'INSERT INTO item (x) VALUES (?)', each: [[1], [2], [3]] },
      { sql: 'CREATE TABLE other (y)' },
      { sql: 'UPDATE item SET x = x + 1 WHERE x > ?', params: [1] },
    ])
    expect(changes).toEqual([3, 0, 2])
  })

  test('one write is one transaction: a failure leaves nothing of it', async () => {
    await using database = await openItems()
    const failed = database.write([
      { sql: 'INSERT INTO item (id, x) VALUES (1, 1)' },
      { sql: 'INSERT INTO item (id, x) VALUES (?, ?)', params: [1, 'a secret'] },
    ])
    await expect(failed).rejects.toEqual(fails('database_error', 'UNIQUE constraint failed: item.id'))
    expect(await count(database)).toBe(0)
  })

  test('a row that refers to nothing is refused', async () => {
    await using database = await openItems()
    await database.write({ sql: 'CREATE TABLE note (item INTEGER REFERENCES item(id))' })
    await expect(database.write({ sql: 'INSERT INTO note VALUES (99)' })).rejects.toEqual(
      fails('database_error', 'FOREIGN'),
    )
  })

  test('a second statement in one string is refused, not ignored', async () => {
    await using database = await openItems()
    const failed = database.write({ sql: 'DELETE FROM item; DELETE FROM item' })
    await expect(failed).rejects.toEqual(fails('database_error', 'more than one'))
  })

  test('a value SQLite has no type for is refused', async () => {
    await using database = await openItems()
    for (const value of [() => {}, { a: 1 }, undefined, true]) {
      const failed = database.write({ sql: 'INSERT INTO item (x) VALUES (?)', params: [value as never] })
      await expect(failed).rejects.toMatchObject({ name: 'RtError' })
    }
    expect(await count(database)).toBe(0)
  })

  test('all() cannot write', async () => {
    await using database = await openItems()
    await expect(database.all('DELETE FROM item')).rejects.toEqual(fails('read_only', 'reading only'))
  })

  test("an error never repeats a bound value, but does repeat the statement's own words", async () => {
    await using database = await openItems()
    await database.write({ sql: 'CREATE VIRTUAL TABLE words USING fts5(text)' })
    const search = (query: string): Promise<unknown> =>
      database.all('SELECT * FROM words WHERE words MATCH ?', [query]).catch((error: unknown) => error)
    for (const query of ['ourpassword:x', 'a ^ ourpassword " b', '"ourpassword', 'x ourpassword)']) {
      const error = await search(query)
      expect(error).toEqual(fails('database_error'))
      expect(String(error) + JSON.stringify(error)).not.toContain('ourpassword')
    }
    await expect(database.all('SELEC 1')).rejects.toEqual(fails('database_error', 'near "SELEC"'))
  })
})

describe('transaction', () => {
  test('reads its own writes and commits what it returns', async () => {
    await using database = await openItems()
    const n = await database.transaction(async (transaction) => {
      expect(await transaction.run({ sql: 'INSERT INTO item (x) VALUES (1)' })).toBe(1)
      return (await transaction.all<{ n: number }>('SELECT count(*) AS n FROM item'))[0]!.n
    })
    expect(n).toBe(1)
    expect(await count(database)).toBe(1)
  })

  test('is rolled back when the work throws, and the next write goes on', async () => {
    await using database = await openItems()
    const failed = database.transaction(async (transaction) => {
      await transaction.run({ sql: 'INSERT INTO item (x) VALUES (1)' })
      throw new RtError({ code: 'conflict', message: 'changed my mind.' })
    })
    await expect(failed).rejects.toEqual(fails('conflict'))
    await database.write({ sql: 'INSERT INTO item (x) VALUES (2)' })
    expect(await database.all('SELECT x FROM item')).toEqual([{ x: 2 }])
  })

  test('others wait: increments that read first lose none', async () => {
    await using database = await openItems()
    await database.write({ sql: 'INSERT INTO item (id, x) VALUES (1, 0)' })
    const increment = (): Promise<number> =>
      database.transaction(async (transaction) => {
        const [row] = await transaction.all<{ x: number }>('SELECT x FROM item WHERE id = 1')
        return transaction.run({ sql: 'UPDATE item SET x = ? WHERE id = 1', params: [row!.x + 1] })
      })
    await Promise.all(Array.from({ length: 20 }, increment))
    expect(await database.get('SELECT x FROM item')).toEqual({ x: 20 })
  })

  test('write() inside it is an error and no deadlock', async () => {
    await using database = await openItems()
    const failed = database.transaction(() => database.write({ sql: 'DELETE FROM item' }))
    await expect(failed).rejects.toEqual(fails('invalid_request', 'wait for itself'))
  })

  test('closing waits for one that ends, and lets it commit', async () => {
    const database = await openItems()
    const gate = Promise.withResolvers<void>()
    const inserted = database.transaction(async (transaction) => {
      await gate.promise
      return transaction.run({ sql: 'INSERT INTO item (x) VALUES (1)' })
    })
    const closed = database[Symbol.asyncDispose]()
    gate.resolve()
    expect(await inserted).toBe(1)
    await closed
    await using again = await openItems()
    expect(await count(again)).toBe(1)
  })

  test('one that never ends does not keep the database open: it is rolled back, and what waits behind it is told', async () => {
    const database = await openItems({ graceMs: 1 })
    const begun = Promise.withResolvers<Transaction>()
    const stuck = database.transaction(async (transaction) => {
      await transaction.run({ sql: 'INSERT INTO item (x) VALUES (1)' })
      begun.resolve(transaction)
      await new Promise(() => {})
    })
    const behind = database.transaction((transaction) => transaction.run({ sql: 'INSERT INTO item (x) VALUES (2)' }))
    const outcomes = Promise.allSettled([stuck, behind])
    const transaction = await begun.promise
    await database[Symbol.asyncDispose]()

    const told = { status: 'rejected', reason: fails('shutting_down', 'within 1 ms') }
    expect(await outcomes).toEqual([told, told])
    const late = transaction.run({ sql: 'INSERT INTO item (x) VALUES (3)' })
    await expect(late).rejects.toEqual(fails('invalid_request', 'over'))
    await using again = await openItems()
    expect(await count(again)).toBe(0)
  })

  test('cannot be used after its end', async () => {
    await using database = await openItems()
    const kept = await database.transaction(async (transaction) => transaction)
    await expect(kept.run({ sql: 'DELETE FROM item' })).rejects.toEqual(fails('invalid_request', 'over'))
  })
})

describe('migrate', () => {
  const first = 'CREATE TABLE a (x); INSERT INTO a VALUES (1)'
  const second = 'ALTER TABLE a ADD COLUMN y DEFAULT 2'

  test('runs each migration once, also across openings', async () => {
    for (const migrations of [[first], [first, second], [first, second]]) {
      await using database = await openDatabase({ path })
      await database.migrate('a', migrations)
    }
    await using database = await openDatabase({ path })
    expect(await database.all('SELECT * FROM a')).toEqual([{ x: 1, y: 2 }])
    expect(await database.all('SELECT * FROM rt_migrations')).toEqual([{ namespace: 'a', version: 2 }])
  })

  test('namespaces count on their own', async () => {
    await using database = await openDatabase({ path })
    await Promise.all([database.migrate('a', [first, second]), database.migrate('b', ['CREATE TABLE b (x)'])])
    const rows = await database.all('SELECT * FROM rt_migrations ORDER BY namespace')
    expect(rows).toEqual([
      { namespace: 'a', version: 2 },
      { namespace: 'b', version: 1 },
    ])
  })

  test('a newer file is refused by name of both versions, and left as it is', async () => {
    {
      await using database = await openDatabase({ path })
      await database.migrate('a', [first, second])
    }
    const before = statSync(path)
    for (const readOnly of [false, true]) {
      await using database = await openDatabase({ path, readOnly })
      const failed = database.migrate('a', [first])
      await expect(failed).rejects.toEqual(
        fails('database_newer', 'version 2; this program knows version 1. Nothing was changed'),
      )
    }
    expect(statSync(path).mtimeMs).toBe(before.mtimeMs)
  })

  test('one that fails half-way leaves the version before it whole, and the next start goes on', async () => {
    {
      await using database = await openDatabase({ path })
      const broken = 'CREATE TABLE half (x); INSERT INTO nowhere VALUES (1)'
      await expect(database.migrate('a', [first, broken])).rejects.toEqual(fails('database_error', 'nowhere'))
      expect(await database.all("SELECT 1 FROM sqlite_schema WHERE name = 'half'")).toEqual([])
    }
    await using database = await openDatabase({ path })
    await database.migrate('a', [first, second])
    expect(await database.all('SELECT * FROM a')).toEqual([{ x: 1, y: 2 }])
  })

  test('an older file opened for reading says what to do', async () => {
    await (await openItems())[Symbol.asyncDispose]()
    await using database = await openDatabase({ path, readOnly: true })
    await expect(database.migrate('a', [first])).rejects.toEqual(fails('read_only', 'version 0'))
  })
})

describe('the file', () => {
  test('is readable by its owner only, and closing leaves no log behind', async () => {
    const database = await openItems()
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(`${path}-wal`).mode & 0o777).toBe(0o600)
    await database[Symbol.asyncDispose]()
    expect(() => statSync(`${path}-wal`)).toThrow('ENOENT')
    await expect(database.write({ sql: 'DELETE FROM item' })).rejects.toEqual(fails('database_error', 'closed'))
  })

  test('is durable by WAL and FULL', async () => {
    await using database = await openItems()
    const modes = await database.transaction(async (transaction) => [
      ...(await transaction.all('PRAGMA journal_mode')),
      ...(await transaction.all('PRAGMA synchronous')),
    ])
    expect(modes).toEqual([{ journal_mode: 'wal' }, { synchronous: 2 }])
  })

  test('a missing folder, and a missing file to read, are named', async () => {
    await expect(openDatabase({ path: join(folder, 'no', 'rt.db') })).rejects.toEqual(fails('not_found', 'rt.db'))
    await expect(openDatabase({ path, readOnly: true })).rejects.toEqual(fails('not_found', 'rt.db'))
  })

  test('a file that cannot be made is named with the reason, without its folder', async () => {
    writeFileSync(join(folder, 'letter'), 'not a folder')
    const inLetter = openDatabase({ path: join(folder, 'letter', 'rt.db') })
    await expect(inLetter).rejects.toEqual(fails('not_found', 'rt.db cannot be created'))
    const long = openDatabase({ path: join(folder, 'x'.repeat(300)) })
    await expect(long).rejects.toEqual(fails('database_error', 'ENAMETOOLONG'))
    await expect(long).rejects.not.toThrow(folder)
  })

  test('a folder that cannot be synced is an error of ours too', async () => {
    const { fsyncSync } = fs
    fs.fsyncSync = () => {
      throw Object.assign(new Error(`EROFS: read-only file system, fsync '${folder}'`), { code: 'EROFS' })
    }
    syncBuiltinESMExports()
    try {
      await expect(openDatabase({ path })).rejects.toEqual(fails('read_only', 'rt.db cannot be created'))
    } finally {
      fs.fsyncSync = fsyncSync
      syncBuiltinESMExports()
    }
  })

  test('something else than a database is refused and left as it is', async () => {
    writeFileSync(path, 'this is a letter, not a database. '.repeat(100))
    const before = statSync(path)
    await expect(openDatabase({ path })).rejects.toEqual(fails('database_corrupt', 'rt.db'))
    expect(statSync(path)).toMatchObject({ size: before.size, mtimeMs: before.mtimeMs })
  })

  test('a damaged page is reported as such', async () => {
    {
      await using database = await openItems()
      await database.write({
        sql: 'INSERT INTO item (x) VALUES (?)',
        each: Array.from({ length: 500 }, () => ['x'.repeat(100)]),
      })
    }
    const whole = new DatabaseSync(path)
    const { page_size } = whole.prepare('PRAGMA page_size').get() as { page_size: number }
    const { rootpage } = whole.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'item'").get() as {
      rootpage: number
    }
    whole.close()
    const { openSync, writeSync, closeSync } = await import('node:fs')
    const file = openSync(path, 'r+')
    writeSync(file, new Uint8Array(page_size).fill(0xff), 0, page_size, (rootpage - 1) * page_size)
    closeSync(file)
    await using database = await openDatabase({ path })
    await expect(database.all('SELECT * FROM item')).rejects.toEqual(fails('database_corrupt'))
  })

  test('a full disk refuses the write, keeps what was there, and takes writes once there is room', async () => {
    await using database = await openItems()
    await database.write({ sql: 'INSERT INTO item (x) VALUES (1)' })
    const limit = (pages: number): Promise<unknown> =>
      database.transaction((transaction) => transaction.all(`PRAGMA max_page_count = ${pages}`))
    await limit(8)
    const big = { sql: 'INSERT INTO item (x) VALUES (zeroblob(1000000))' }
    await expect(database.write(big)).rejects.toEqual(fails('disk_full'))
    expect(await count(database)).toBe(1)
    await limit(100_000)
    await database.write(big)
    expect(await count(database)).toBe(2)
  })

  test('after an I/O error it takes no more writes until it is opened again', async () => {
    // 2000 blocks of 512 bytes.
    const script = runScript(fixture('fill-the-disk'), [path], { shell: "trap '' XFSZ; ulimit -f 2000" })
    const { failures, n } = JSON.parse((await script.line())!) as { failures: unknown[]; n: number }
    const refused = { code: 'database_error', hint: expect.stringContaining('open it again') as unknown }
    expect(failures).toEqual([refused, refused])
    expect(n).toBe(1)
    expect(await script.exited).toMatchObject({ code: 0 })
    await using database = await openDatabase({ path })
    await database.write({ sql: 'INSERT INTO item VALUES (2)' })
    expect(await count(database)).toBe(2)
  })
})

describe('other processes', () => {
  test('a program that does not close ends all the same, after its last write', async () => {
    const script = runScript(fixture('write-once-and-end'), [path])
    expect([await script.line(), await script.line()]).toEqual(['1', 'written'])
    expect(await script.exited).toEqual({ code: 0, signal: null, stderr: '' })
  })

  test('reading works beside a live owner, and only reading', async () => {
    await using owner = await openItems()
    await owner.write({ sql: 'INSERT INTO item (x) VALUES (?)', each: [[1], [2], [3]] })
    const script = runScript(fixture('read-beside'), [path])
    expect(JSON.parse((await script.line())!)).toEqual({ n: 3, refused: 'read_only' })
    expect(await script.exited).toMatchObject({ code: 0, stderr: '' })
    await owner.write({ sql: 'DELETE FROM item' })
  })

  test('kill -9 of a writer loses no acknowledged write and leaves no half one', async () => {
    for (const acknowledged of [1, 7, 40]) {
      const script = runScript(fixture('write-for-ever'), [path])
      let last = 0
      for (let i = 0; i < acknowledged; i++) last = Number(await script.line())
      script.child.kill('SIGKILL')
      expect(await script.exited).toMatchObject({ signal: 'SIGKILL' })
      await using database = await openDatabase({ path })
      const pairs = await database.all<{ n: number; halves: number }>(
        'SELECT n, count(*) AS halves FROM pair GROUP BY n ORDER BY n',
      )
      expect(pairs.length).toBeGreaterThanOrEqual(last)
      expect(pairs).toEqual(pairs.map((_, i) => ({ n: i + 1, halves: 2 })))
      await database.write({ sql: 'DELETE FROM pair' })
    }
  })
})
