import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { runScript, type ScriptOptions } from './__fixtures__/run-script.ts'
import { makeDatabase, readDatabase, testFolder } from './__fixtures__/test-folder.ts'

const folder = testFolder()
/** Rights mean nothing to root, unless it gives up its power over them. */
const isRoot = process.getuid?.() === 0
const asUser: ScriptOptions = { withoutPower: isRoot }
const cannot = process.platform === 'win32' || (isRoot && spawnSync('setpriv', ['--version']).status !== 0)

const outcomes = async (data: string, options: ScriptOptions): Promise<Record<string, unknown>> => {
  chmodSync(folder.path, 0o755)
  mkdirSync(folder.file('copies'), { recursive: true })
  chmodSync(folder.file('copies'), 0o777)
  const script = runScript(
    new URL('./__fixtures__/open-everything.ts', import.meta.url),
    [data, folder.file('copies/copy.db')],
    options,
  )
  const line = await script.line()
  return JSON.parse(line ?? JSON.stringify(await script.exited)) as Record<string, unknown>
}
const says = (code: string, message: RegExp, hint: RegExp): unknown => [
  code,
  expect.stringMatching(message),
  expect.stringMatching(hint),
]

describe.skipIf(cannot)('a data folder that cannot be written to (root: needs setpriv)', () => {
  test('is named with the reason and what to do; a check and a backup work all the same', async () => {
    mkdirSync(folder.file('data'))
    makeDatabase(folder.file('data/rt.db'), { rows: 7 })
    chmodSync(folder.file('data/rt.db'), 0o644)
    chmodSync(folder.file('data'), 0o555)
    const found = await outcomes(folder.file('data'), asUser)
    chmodSync(folder.file('data'), 0o755)
    const shut = says(
      'forbidden',
      /^the data folder "data" cannot be written to: permission denied\.$/,
      /another data folder/,
    )
    expect(found).toEqual({
      own: shut,
      write: shut,
      read: says('forbidden', /data folder "data", which cannot be written to.*rt\.db-shm/, /backup/),
      check: true,
      backup: { items: 1 },
    })
    expect(readDatabase(folder.file('copies/copy.db'))).toEqual({ rows: 7, marks: 'x', check: 'ok' })
    expect(readdirSync(folder.file('data'))).toEqual(['rt.db'])
  })

  test('before there is a database too', async () => {
    mkdirSync(folder.file('data'))
    chmodSync(folder.file('data'), 0o555)
    const shut = says('forbidden', /data folder "data" cannot be written to/, /chmod/)
    expect(await outcomes(folder.file('data'), asUser)).toMatchObject({ own: shut, write: shut })
  })

  test('a data file that may not be read, or not be written, says which', async () => {
    mkdirSync(folder.file('data'))
    makeDatabase(folder.file('data/rt.db'), { rows: 7 })
    chmodSync(folder.file('data'), 0o777)
    chmodSync(folder.file('data/rt.db'), 0o000)
    const unreadable = says('forbidden', /^rt\.db cannot be read: permission denied\.$/, /chown/)
    const found = await outcomes(folder.file('data'), asUser)
    expect(found).toMatchObject({ read: unreadable, check: unreadable, backup: unreadable })
    expect(found['write']).toEqual(says('forbidden', /^rt\.db cannot be/, /chown/))
    chmodSync(folder.file('data/rt.db'), 0o444)
    expect(await outcomes(folder.file('data'), asUser)).toMatchObject({
      // SQLite alone would open it for reading without a word.
      write: says('forbidden', /^rt\.db cannot be written to: permission denied\.$/, /chown/),
      read: 'ok',
      check: true,
    })
  })

  test('with a log that is not in the file yet no backup is promised, and the reason is named', async () => {
    mkdirSync(folder.file('data'))
    makeDatabase(folder.file('data/rt.db'), { rows: 7 })
    writeFileSync(folder.file('data/rt.db-wal'), 'a log')
    for (const name of ['rt.db', 'rt.db-wal']) chmodSync(folder.file(`data/${name}`), 0o644)
    chmodSync(folder.file('data'), 0o555)
    const { read, backup } = await outcomes(folder.file('data'), asUser)
    chmodSync(folder.file('data'), 0o755)
    const shut = says('forbidden', /data folder "data", which cannot be written to.*rt\.db-shm/, /^(?!.*backup).*chmod/)
    expect([read, backup]).toEqual([shut, shut])
  })

  const mounts = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0
  test.skipIf(!mounts)('a file system mounted for reading is named as that (needs user namespaces)', async () => {
    for (const name of ['data', 'place']) mkdirSync(folder.file(name))
    makeDatabase(folder.file('place/rt.db'), { rows: 7 })
    const [data, place] = [folder.file('data'), folder.file('place')]
    const found = await outcomes(data, {
      inOwnMounts: `mount -t tmpfs none '${data}' && cp '${place}/rt.db' '${data}' && mount -o remount,ro '${data}'`,
    })
    const shut = says(
      'read_only',
      /^the data folder "data" cannot be written to: the file system is read-only\.$/,
      /Mount/,
    )
    expect(found).toEqual({
      own: shut,
      write: shut,
      read: says('read_only', /which cannot be written to: the file system is read-only/, /Mount/),
      check: true,
      backup: { items: 1 },
    })
  })
})
