import { readFileSync, rmSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { migrations } from './__fixtures__/migrations.ts'
import { runScript } from './__fixtures__/run-script.ts'
import { testFolder } from './__fixtures__/test-folder.ts'
import { openDatabase } from './open-database.ts'

const folder = testFolder()

const schema = (path: string): unknown => {
  const database = new DatabaseSync(path)
  try {
    return database.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all()
  } finally {
    database.close()
  }
}

/** A file that was migrated to a version without any interruption. */
const atVersion = async (name: string, version: number): Promise<string> => {
  const path = folder.file(name)
  await using database = await openDatabase({ path })
  await database.migrate('notes', migrations.slice(0, version))
  return path
}

describe('migrations that are interrupted', () => {
  test('a kill at any point leaves a whole version, and the next start goes on to the same end', async () => {
    const whole = await Promise.all([1, 2, 3].map((version) => atVersion(`whole-${version}.db`, version)))
    const path = folder.file('rt.db')
    const seen = new Set<number>()
    for (let at = 1; ; at++) {
      for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
      const script = runScript(new URL('./__fixtures__/migrate-and-die.ts', import.meta.url), [path, String(at)])
      const said = await script.line()
      const { signal } = await script.exited
      if (said !== undefined) {
        expect(said).toBe(`done ${at - 1}`)
        break
      }
      expect(signal).toBe('SIGKILL')
      {
        await using database = await openDatabase({ path })
        const table = await database.get("SELECT 1 FROM sqlite_schema WHERE name = 'rt_migrations'")
        const version = table
          ? (await database.get<{ version: number }>('SELECT version FROM rt_migrations'))!.version
          : 0
        seen.add(version)
        expect(schema(path)).toEqual(version === 0 ? [] : schema(whole[version - 1]!))
        await database.migrate('notes', migrations)
        expect(await database.all('SELECT text, words, name FROM note JOIN tag ON note = note.id ORDER BY id')).toEqual(
          [
            { text: 'one', words: 1, name: 'old' },
            { text: 'two', words: 1, name: 'old' },
          ],
        )
      }
      expect(schema(path)).toEqual(schema(whole[2]!))
    }
    expect(seen).toEqual(new Set([0, 1, 2]))
  })
})

describe('a file of a later version', () => {
  test('is refused with both versions, and not one byte of it changes', async () => {
    const path = await atVersion('rt.db', 3)
    const before = readFileSync(path)
    const { mtimeMs } = statSync(path)
    for (const readOnly of [false, true]) {
      {
        await using database = await openDatabase({ path, readOnly })
        await expect(database.migrate('notes', migrations.slice(0, 2))).rejects.toMatchObject({
          code: 'database_newer',
          message: expect.stringMatching(
            /"notes" in version 3; this program knows version 2. Nothing was changed/,
          ) as unknown,
          hint: expect.stringContaining('newer version of rt') as unknown,
          data: { namespace: 'notes', found: 3, known: 2 },
        })
      }
      expect(readFileSync(path).equals(before)).toBe(true)
      expect(statSync(path).mtimeMs).toBe(mtimeMs)
    }
  })

  test('is read and written by the subsystems whose tables it does know', async () => {
    const path = await atVersion('rt.db', 3)
    await using database = await openDatabase({ path })
    await expect(database.migrate('notes', migrations.slice(0, 2))).rejects.toMatchObject({ code: 'database_newer' })
    await database.migrate('others', ['CREATE TABLE other (x)'])
    expect(await database.all('SELECT namespace, version FROM rt_migrations ORDER BY namespace')).toEqual([
      { namespace: 'notes', version: 3 },
      { namespace: 'others', version: 1 },
    ])
  })
})
