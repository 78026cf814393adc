import { execFileSync } from 'node:child_process'
import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openHistory } from './history-file.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rt-history-'))
})
afterEach(() => rm(folder, { recursive: true }))
const file = (): string => join(folder, 'chat-history')

it('keeps lines for the next time, for its user alone, without those that begin with a space', async () => {
  const history = await openHistory(folder)
  for (const line of ['one', ' secret', 'two', 'two', '', '\tsecret']) await history.add(line)
  expect(await readFile(file(), 'utf8')).toBe('one\ntwo\n')
  expect((await stat(file())).mode & 0o777).toBe(0o600)
  expect((await openHistory(folder)).lines).toEqual(['two', 'one'])
})

it('keeps the last thousand, and takes rights of others away', async () => {
  await writeFile(file(), Array.from({ length: 1500 }, (_, index) => `line ${index}\n`).join(''))
  await chmod(file(), 0o644)
  const { lines } = await openHistory(folder)
  expect([lines.length, lines[0], lines.at(-1)]).toEqual([1000, 'line 1499', 'line 500'])
  expect((await readFile(file(), 'utf8')).split('\n')).toHaveLength(1001)
  expect((await stat(file())).mode & 0o777).toBe(0o600)
})

it('does without a folder that cannot be written', async () => {
  const history = await openHistory(join(folder, 'missing'))
  await history.add('one')
  expect(history.lines).toEqual(['one'])
})

describe('in the place of the file', () => {
  const refuses = async (why: string): Promise<void> => {
    const history = await openHistory(folder)
    expect(history).toMatchObject({ lines: [], refused: expect.stringContaining(`chat-history is ${why}: `) })
    await history.add('one')
    expect(history.lines).toEqual(['one'])
  }

  it.each(['secrets', 'nowhere'])('a link to %s is not followed', async (name) => {
    await writeFile(join(folder, 'secrets'), 'a secret\n', { mode: 0o644 })
    await symlink(join(folder, name), file())
    await refuses('a link')
    expect(await readFile(join(folder, 'secrets'), 'utf8')).toBe('a secret\n')
    expect((await stat(join(folder, 'secrets'))).mode & 0o777).toBe(0o644)
    await expect(stat(join(folder, 'nowhere'))).rejects.toThrow('ENOENT')
  })

  it('a folder and a pipe are no file', async () => {
    await mkdir(file())
    await refuses('no file')
    await rm(file(), { recursive: true })
    execFileSync('mkfifo', [file()])
    await refuses('no file')
  })

  it.runIf(process.getuid?.() === 0)("another user's file is not touched", async () => {
    await writeFile(file(), 'theirs\n', { mode: 0o644 })
    await chown(file(), 12_345, 12_345)
    await refuses("another user's file")
    expect([await readFile(file(), 'utf8'), (await stat(file())).mode & 0o777]).toEqual(['theirs\n', 0o644])
  })

  it('a link that comes later is not followed either', async () => {
    const history = await openHistory(folder)
    await writeFile(join(folder, 'secrets'), '')
    await symlink(join(folder, 'secrets'), file())
    await history.add('one')
    expect(await readFile(join(folder, 'secrets'), 'utf8')).toBe('')
  })
})
