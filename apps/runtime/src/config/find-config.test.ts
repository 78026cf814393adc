import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hasConfig } from './find-config.ts'

let root: string
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'rt-config-')))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const isOurs = async (text: string): Promise<boolean> => {
  await writeFile(join(root, 'config.toml'), text)
  return hasConfig(root)
}

describe('a config.toml', () => {
  it.each([
    'rt = 1',
    'rt=1\r\n',
    '\uFEFFrt = 1\n',
    '# ours\n\n  rt\t=\t1 # yes\n',
    '"rt" = 1\n',
    "'rt' = 22\n",
    'x = [\n  ["a"],\n  [1],\n]\nrt = 1\n',
    `${'\n'.repeat(60_000)}rt = 1\n`,
  ])('is ours: %j', async (text) => {
    expect(await isOurs(text)).toBe(true)
  })

  it.each([
    '',
    'rt = "1"\n',
    'rt = 1.5\n',
    'rt = 1x\n',
    'art = 1\n',
    '# rt = 1\n',
    'rt\n= 1\n',
    '[other]\nrt = 1\n',
    '[[ "a b" . c ]] # x\nrt = 1\n',
    `${'\n'.repeat(70_000)}rt = 1\n`,
    // Cut in the middle of the number.
    `${'#'.padEnd(65_528, 'x')}\nrt = 12.5\n`,
  ])('is not: %j', async (text) => {
    expect(await isOurs(text)).toBe(false)
  })

  it('that is a folder is none', async () => {
    await mkdir(join(root, 'config.toml'))
    expect(await hasConfig(root)).toBe(false)
  })
})

// Each took seconds to minutes while it was searched with one expression over all of it.
it.each([
  ['blank lines', '\n'.repeat(1_000_000)],
  ['an open bracket and blanks', `[${' '.repeat(1_000_000)}`],
  ['brackets', `[a${'] '.repeat(500_000)}x`],
  ['comments that do not end a header', `[a${']#'.repeat(500_000)}\u2028`],
  ['a name without an end', `${'"rt" '.repeat(200_000)}`],
])('%s are read at once', async (_, text) => {
  expect(await isOurs(text)).toBe(false)
})
