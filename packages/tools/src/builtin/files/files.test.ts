import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import type * as FsPromises from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type JsonValue, LOCAL, type Tool } from '@rt/core'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createListFilesTool } from './list-files.ts'
import { createReadFileTool } from './read-file.ts'
import { createWriteFileTool } from './write-file.ts'

type Step = 'realpath' | 'open' | 'opendir'
/** What somebody else does in the middle of our work, and what was touched. */
const meanwhile = vi.hoisted(() => ({
  at: undefined as ((step: Step, path: string) => void) | undefined,
  touched: [] as string[],
}))
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof FsPromises>()
  const before = (step: Step, path: string): string => {
    meanwhile.touched.push(path)
    meanwhile.at?.(step, path)
    return path
  }
  return {
    ...real,
    open: async (path: string, ...more: number[]) => real.open(before('open', path), ...more),
    opendir: async (path: string) => real.opendir(before('opendir', path)),
    realpath: async (path: string) => {
      const found = await real.realpath(path)
      meanwhile.at?.('realpath', path)
      return found
    },
  }
})

let root: string
let outside: string
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'rt-files-'))
  onTestFinished(() => {
    meanwhile.at = undefined
    rmSync(folder, { recursive: true, force: true })
  })
  root = join(folder, 'root')
  outside = join(folder, 'outside')
  meanwhile.touched = []
  mkdirSync(join(root, 'sub'), { recursive: true })
  mkdirSync(outside)
  writeFileSync(join(root, 'a.txt'), 'one\ntwo\nthree\n')
  writeFileSync(join(outside, 'secret.txt'), 'secret')
})

/** Of all three. */
interface Answer {
  text: string
  note: string
  entries: unknown[]
}

const run = async (tool: Tool, args: JsonValue): Promise<Answer> =>
  tool.execute(await tool.parse(args), {
    callId: 'c',
    principal: LOCAL,
    signal: new AbortController().signal,
  }) as Promise<Answer>
const read = (args: JsonValue): Promise<Answer> => run(createReadFileTool({ roots: { docs: root } }), args)
const write = (path: string, text: string): Promise<Answer> =>
  run(createWriteFileTool({ roots: { docs: root } }), { path, text })
const list = (args: JsonValue): Promise<Answer> =>
  run(createListFilesTool({ roots: { docs: root, more: outside } }), args)

const ESCAPES = [
  '../outside/secret.txt',
  'docs/../../outside/secret.txt',
  'docs/sub/../../../outside/secret.txt',
  'docs/..',
  'docs\\..\\..\\outside\\secret.txt',
  'docs//etc/passwd',
  'docs/./a.txt',
  '/etc/passwd',
  'C:\\Windows\\win.ini',
  'other/a.txt',
  'docs/a.txt\0.png',
  'docs/a\n.txt',
  '~/secret',
  '',
  '/',
  'docs/link/secret.txt',
  'docs/file-link',
  `docs/${'a/'.repeat(600)}b`,
]

describe('no way out', () => {
  beforeEach(() => {
    symlinkSync(outside, join(root, 'link'))
    symlinkSync(join(outside, 'secret.txt'), join(root, 'file-link'))
  })

  test.each(ESCAPES)('%j is not read, written or listed, and no path of this machine is told', async (path) => {
    for (const attempt of [read({ path }), write(path, 'x')]) {
      const error = await attempt.then(
        () => undefined,
        (thrown: Error & { code: string }) => thrown,
      )
      expect(error?.code).toMatch(/^(tool_arguments|forbidden)$/)
      expect(error?.message).not.toContain(tmpdir())
      expect(error?.message).not.toContain('secret\n')
    }
    if (path !== '' && path !== '/') await expect(list({ path })).rejects.toThrow()
    expect(meanwhile.touched.filter((path) => path.startsWith(outside))).toEqual([])
    expect(readdirSync(outside)).toEqual(['secret.txt'])
    expect(readFileSync(join(outside, 'secret.txt'), 'utf8')).toBe('secret')
  })

  test('a link that leads nowhere is not written through', async () => {
    symlinkSync(join(outside, 'new.txt'), join(root, 'dangling'))
    await expect(write('docs/dangling', 'x')).rejects.toThrow('does not exist')
    expect(existsSync(join(outside, 'new.txt'))).toBe(false)
  })

  test('a link that stays inside is followed', async () => {
    symlinkSync(join(root, 'a.txt'), join(root, 'inner'))
    expect(await read({ path: 'docs/inner' })).toMatchObject({ text: 'one\ntwo\nthree' })
    await write('docs/inner', 'new')
    expect(readFileSync(join(root, 'a.txt'), 'utf8')).toBe('new')
  })

  test('a file that becomes a link meanwhile is not read', async () => {
    meanwhile.at = (step, path) => {
      if (step !== 'open' || !path.endsWith('a.txt')) return
      meanwhile.at = undefined
      rmSync(join(root, 'a.txt'))
      symlinkSync(join(outside, 'secret.txt'), join(root, 'a.txt'))
    }
    await expect(read({ path: 'docs/a.txt' })).rejects.toThrow(/is a link that changed/)
  })

  const swapAt = (step: Step): void => {
    meanwhile.at = (now, path) => {
      if (now !== step || !path.includes('sub')) return
      meanwhile.at = undefined
      renameSync(join(root, 'sub'), join(root, 'moved'))
      symlinkSync(outside, join(root, 'sub'))
    }
  }

  test.each(['realpath', 'open'] as const)(
    'a folder that becomes a link meanwhile is not read from, nor written to (%s)',
    async (step) => {
      writeFileSync(join(root, 'sub', 'secret.txt'), 'mine')
      swapAt(step)
      await expect(read({ path: 'docs/sub/secret.txt' })).rejects.toMatchObject({ code: 'forbidden' })
      rmSync(join(root, 'sub'))
      renameSync(join(root, 'moved'), join(root, 'sub'))
      swapAt(step)
      await expect(write('docs/sub/new.txt', 'x')).rejects.toMatchObject({ code: 'forbidden' })
      expect(readdirSync(outside)).toEqual(['secret.txt'])
    },
  )

  test.each(['realpath', 'opendir'] as const)('nor listed (%s)', async (step) => {
    swapAt(step)
    await expect(list({ path: 'docs/sub' })).rejects.toMatchObject({ code: 'forbidden' })
  })
})

describe('reading', () => {
  test('gives lines, and says how to go on', async () => {
    expect(await read({ path: 'docs/a.txt' })).toEqual({ path: 'docs/a.txt', text: 'one\ntwo\nthree', lines: 3 })
    expect(await read({ path: './docs/a.txt', start_line: 2, lines: 1 })).toEqual({
      path: 'docs/a.txt',
      text: 'two',
      lines: 3,
      start_line: 2,
      note: 'lines 2 to 2 of 3; go on with start_line 3',
    })
    await expect(read({ path: 'docs/a.txt', start_line: 9 })).rejects.toThrow('has 3 lines; line 9')
    writeFileSync(join(root, 'empty'), '')
    expect(await read({ path: 'docs/empty' })).toMatchObject({ text: '', lines: 0 })
  })

  test('is bounded', async () => {
    writeFileSync(join(root, 'long'), `${'x'.repeat(99)}\n`.repeat(1000))
    const { text, note } = await read({ path: 'docs/long' })
    expect(text.length).toBeLessThanOrEqual(32 * 1024)
    expect(note).toMatch(/go on with start_line 328/)
    writeFileSync(join(root, 'line'), 'x'.repeat(100_000))
    expect((await read({ path: 'docs/line' })).text).toMatch(/\[cut: the line has 100000 characters]$/)
    writeFileSync(join(root, 'huge'), Buffer.alloc(16 * 1024 * 1024 + 1, 'x'))
    await expect(read({ path: 'docs/huge' })).rejects.toThrow(/at most 16777216 are read/)
  })

  test.skipIf(process.platform === 'win32')('nothing but regular text files', async () => {
    execFileSync('mkfifo', [join(root, 'pipe')])
    await expect(read({ path: 'docs/pipe' })).rejects.toThrow('no regular file')
    await expect(write('docs/pipe', 'x')).rejects.toThrow('no regular file')
    await expect(read({ path: 'docs/sub' })).rejects.toThrow('is a folder')
    writeFileSync(join(root, 'binary'), Buffer.from([1, 0, 2]))
    await expect(read({ path: 'docs/binary' })).rejects.toThrow('no text file')
    const devices = createReadFileTool({ roots: { dev: '/dev' } })
    await expect(run(devices, { path: 'dev/zero' })).rejects.toThrow('no regular file')
  })
})

describe('writing', () => {
  test('makes and replaces files whole, keeps their mode, makes folders', async () => {
    expect(await write('docs/new.txt', 'héllo')).toEqual({ path: 'docs/new.txt', bytes: 6 })
    expect(await write('docs/x/y/z.txt', 'deep')).toMatchObject({ path: 'docs/x/y/z.txt' })
    expect(readFileSync(join(root, 'x/y/z.txt'), 'utf8')).toBe('deep')
    chmodSync(join(root, 'a.txt'), 0o640)
    expect(await write('docs/a.txt', 'new')).toMatchObject({ replaced: true })
    expect(readFileSync(join(root, 'a.txt'), 'utf8')).toBe('new')
    expect(statSync(join(root, 'a.txt')).mode & 0o777).toBe(0o640)
    expect(readdirSync(root).filter((name) => name.endsWith('.tmp'))).toEqual([])
    await expect(write('docs', 'x')).rejects.toThrow('Name a file in it')
    await expect(write('docs/a.txt/b', 'x')).rejects.toThrow('does not exist')
  })

  test('asks a person before it replaces, not before it makes', async () => {
    const { approval } = createWriteFileTool({ roots: { docs: root } })
    const asks = (path: string): unknown =>
      (approval as (input: unknown, context: object) => unknown)({ path, text: '' }, {})
    expect(await asks('docs/a.txt')).toBe(true)
    expect(await asks('docs/new.txt')).toBe(false)
  })
})

describe('listing', () => {
  test('names roots, files, folders and links', async () => {
    symlinkSync(outside, join(root, 'link'))
    writeFileSync(join(root, 'sub', 'b.txt'), 'b')
    expect(await list({})).toEqual({
      entries: [
        { path: 'docs', kind: 'folder' },
        { path: 'more', kind: 'folder' },
      ],
    })
    const top = [
      { path: 'docs/a.txt', bytes: 14 },
      { path: 'docs/link', kind: 'link' },
      { path: 'docs/sub', kind: 'folder' },
    ]
    expect(await list({ path: 'docs/' })).toEqual({ entries: top })
    expect(await list({ path: 'docs', recursive: true })).toEqual({
      entries: [...top, { path: 'docs/sub/b.txt', bytes: 1 }],
    })
    await expect(list({ path: 'docs/a.txt' })).rejects.toThrow('is no folder')
  })

  test('is bounded', async () => {
    for (let index = 0; index < 510; index++) writeFileSync(join(root, 'sub', `${index}`), '')
    const { entries, note } = await list({ path: 'docs/sub' })
    expect(entries).toHaveLength(500)
    expect(note).toMatch(/only 500/)
  })
})

test('a name that the model could not write is no name of a folder', () => {
  expect(() => createReadFileTool({ roots: { 'a/b': '.' } })).toThrow(/"a\/b" is no name/)
})
