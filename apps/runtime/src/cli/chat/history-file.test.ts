import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
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
