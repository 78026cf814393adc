import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { LOCAL } from '@rt/core'
import { beforeAll, afterAll, describe, expect, test } from 'vitest'
import { checkStatement } from './check-statement.ts'
import { createSqlTool } from './sql-tool.ts'

let folder: string
let file: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rt-sql-'))
  file = join(folder, 'shop.db')
  const database = new DatabaseSync(file)
  database.exec(`PRAGMA journal_mode = WAL;
    CREATE TABLE cities (id INTEGER PRIMARY KEY, name TEXT, people INTEGER, photo BLOB);
    INSERT INTO cities VALUES (1, 'Oslo', 709037, x'0102'), (2, 'Bergen', 9007199254740993, NULL);
    CREATE TABLE numbers (n INTEGER);
    WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1000) INSERT INTO numbers SELECT n FROM c;
    CREATE TRIGGER t AFTER INSERT ON cities BEGIN SELECT 1; END;`)
  database.close()
  new DatabaseSync(join(folder, 'other.db')).exec('CREATE TABLE secrets (secret TEXT)')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const ask = async (statement: string, signal = new AbortController().signal): Promise<Record<string, unknown>> => {
  const { parse, execute } = createSqlTool({ file })
  return (await execute(await parse({ statement }), { callId: 'c', principal: LOCAL, signal })) as Record<
    string,
    unknown
  >
}

describe('sql', () => {
  test('gives rows with what JSON can hold', async () => {
    expect(await ask('SELECT name, people, photo, people AS name FROM cities ORDER BY id;')).toEqual({
      rows: [
        { name: 'Oslo', people: 709037, photo: '[2 bytes]', name_2: 709037 },
        { name: 'Bergen', people: '9007199254740993', photo: null, name_2: '9007199254740993' },
      ],
    })
    expect(await ask("-- one\nWITH x AS (SELECT ';' AS a) /* two; */ SELECT * FROM x")).toEqual({ rows: [{ a: ';' }] })
    expect(await ask('VALUES (1.5)')).toEqual({ rows: [{ column1: 1.5 }] })
  })

  test('is bounded in rows and bytes', async () => {
    const { rows, note } = await ask('SELECT n FROM numbers')
    expect(rows).toHaveLength(200)
    expect(note).toMatch(/more than these 200/)
    const wide = await ask("SELECT n, printf('%.*c', 2000, 'x') AS x FROM numbers")
    expect((wide['rows'] as unknown[]).length).toBeLessThan(20)
    expect(await ask("SELECT printf('%.*c', 5000, 'x') AS x")).toEqual({
      rows: [{ x: expect.stringMatching(/^x{4000} \[cut: 5000 characters]$/) }],
    })
  })

  test('says what SQLite says, and what there is', async () => {
    await expect(ask('SELECT * FROM towns')).rejects.toThrow(/no such table: towns Tables: cities, numbers/)
    await expect(ask('SELECT FROM')).rejects.toMatchObject({ code: 'tool_arguments' })
  })

  test('a statement that takes too much memory ends, and no other', async () => {
    await expect(ask('SELECT length(hex(randomblob(450000000)))')).rejects.toThrow(/more memory than it may/)
    expect(await ask('SELECT count(*) AS c FROM numbers')).toEqual({ rows: [{ c: 1000 }] })
  })

  test('one that never ends is stopped, and so is its process', async () => {
    const stop = new AbortController()
    const running = ask(
      'WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c',
      stop.signal,
    )
    setImmediate(() => stop.abort())
    await expect(running).rejects.toMatchObject({ code: 'aborted' })
  })

  test.each([
    'WITH x AS (SELECT 1) DELETE FROM cities',
    "WITH x AS (SELECT 1) INSERT INTO cities (name) VALUES ('x')",
    "WITH x AS (SELECT 1) UPDATE cities SET name = 'x'",
  ])('%s passes the reader of statements, and fails on a connection that only reads', async (statement) => {
    expect(checkStatement(statement)).toBe(statement)
    await expect(ask(statement)).rejects.toThrow(/readonly|read-only/)
    expect(await ask('SELECT count(*) AS c FROM cities')).toEqual({ rows: [{ c: 2 }] })
  })

  test('a file that is missing is not made', async () => {
    const { parse, execute } = createSqlTool({ file: join(folder, 'missing.db') })
    const asked = execute(await parse({ statement: 'SELECT 1' }), {
      callId: 'c',
      principal: LOCAL,
      signal: new AbortController().signal,
    })
    await expect(asked).rejects.toThrow('cannot be opened')
    expect(existsSync(join(folder, 'missing.db'))).toBe(false)
    expect(readdirSync(folder).join()).not.toContain('missing')
  })
})

test.each([
  '',
  ';',
  '-- nothing',
  'DELETE FROM cities',
  'DROP TABLE cities',
  "ATTACH 'other.db' AS o",
  "attach database 'other.db' as o",
  '/* SELECT */ ATTACH "other.db" AS o',
  'DETACH o',
  'PRAGMA journal_mode = DELETE',
  "VACUUM INTO 'copy.db'",
  'EXPLAIN SELECT 1',
  'BEGIN',
  "SELECT 1; ATTACH 'other.db' AS o",
  "SELECT ';'; SELECT 2",
  'SELECT 1;;SELECT 2',
  'SELECT * FROM pragma_database_list',
  'SELECT * FROM "pragma_database_list"',
  'SELECT * FROM [pragma_table_info]',
  'SELECT * FROM `PRAGMA_database_list`',
  "SELECT * FROM 'pragma_database_list'",
  'SELECT * FROM main.pragma_database_list()',
  "SELECT load_extension('./evil')",
  'SELECT "load_extension"(\'./evil\')',
  "SELECT writefile('x', 'y')",
  "SELECT 'open",
  'SELECT "open',
  'SELECT 1 /* open',
  'SELECT 1 \0; DROP TABLE cities',
  '\u00a0ATTACH 1',
  'SELECT\u00a01',
  `SELECT ${'1,'.repeat(6000)}1`,
])('%j is refused before it runs', (statement) => {
  expect(() => checkStatement(statement)).toThrow(/only statements|only one|may not be used|cannot be read|NUL|longer/)
})
