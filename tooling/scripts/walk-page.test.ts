import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { walkPage, type WalkOptions } from './walk-page.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rt-walk-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const walk = (page: string, options: Partial<WalkOptions> = {}): Promise<string[]> =>
  walkPage(page, { cwd: folder, env: process.env, ...options })

const block = (text: string, kind = 'console'): string => `\`\`\`${kind}\n${text}\n\`\`\`\n`

/** Of a program that a page started and that wrote its process id. */
const isAlive = (): boolean => {
  try {
    return process.kill(Number(readFileSync(join(folder, 'pid'), 'utf8')), 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    return false
  }
}

it('does the commands of a page in order, in one folder', async () => {
  const page = `# Page\n${block('$ echo one > a')}${block("$ cat > b <<'END'\ntwo\nEND\n$ cat a \\\n  b\none\n…w…")}`
  expect(await walk(page)).toEqual(['echo one > a', "cat > b <<'END'\ntwo\nEND", 'cat a \\\n  b'])
})

it('names a line that a command does not print, and a command that fails', async () => {
  await expect(walk(block('$ echo one\n$ echo two\nthree'))).rejects.toThrow('$ echo two\ndoes not print: three')
  await expect(walk(block('$ echo why; exit 3'))).rejects.toThrow('exit code 3\nwhy')
})

it('replaces what is otherwise here, in commands and in what they print, and refuses what the page lacks', async () => {
  const page = block('$ echo at 4188\nat 4188')
  expect(await walk(page, { replace: { 4188: '50123' } })).toEqual(['echo at 50123'])
  await expect(walk(page, { replace: { 4141: '50123' } })).rejects.toThrow('nothing to replace: 4141')
})

it('stops a command that does not end', async () => {
  await expect(walk(block('$ echo begun; sleep 1000'), { limits: { command: 200 } })).rejects.toThrow(
    '$ echo begun; sleep 1000\ndoes not end within 0.2 s\nbegun',
  )
})

it('keeps a program running until the page ends', async () => {
  const page =
    block('$ echo $$ > pid; echo ready; exec sleep 1000\nready', 'console background') + block('$ kill -0 $(cat pid)')
  await walk(page)
  expect(isAlive()).toBe(false)
})

it('ends a program that never prints what the page says', async () => {
  const page = block('$ echo $$ > pid; echo begun; exec sleep 1000\nready', 'console background')
  await expect(walk(page, { limits: { start: 500 } })).rejects.toThrow(/does not print within 0.5 s: ready\nbegun/)
  expect(isAlive()).toBe(false)
})

it('kills a program that does not let itself be interrupted, and its children', async () => {
  // Its child holds the pipes: the walk would wait for it.
  const stubborn = "trap '' INT; (while true; do sleep 1000; done) & echo ready; wait"
  await walk(block(`$ ${stubborn}\nready`, 'console background'), { limits: { stop: 200 } })
})

it('ends what runs when a later step fails', async () => {
  const page = block('$ echo $$ > pid; echo ready; exec sleep 1000\nready', 'console background') + block('$ exit 1')
  await expect(walk(page)).rejects.toThrow('exit code 1')
  expect(isAlive()).toBe(false)
})
