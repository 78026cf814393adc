import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { startProcessTree } from './process-tree.ts'

const PATH = process.env['PATH'] ?? ''
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
const gone = (pid: number): Promise<void> => expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false)

/** Starts a child (in a group of its own when it is told so), says its id, and waits for ever. */
const PARENT = `
const { spawn } = require('node:child_process')
const child = spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'], {
  stdio: 'ignore', detached: process.argv[1] === 'detached' })
console.log(child.pid)
process.on('SIGTERM', () => {})
setInterval(() => {}, 1000)`

const firstLine = async (stream: NodeJS.ReadableStream): Promise<string> => {
  for await (const chunk of stream) return String(chunk).trim()
  return ''
}

test('gives it stdin, stdout, stderr and only the environment it is told', async () => {
  const script = 'process.stdin.pipe(process.stdout); console.error(JSON.stringify(Object.keys(process.env)))'
  const tree = startProcessTree({ command: process.execPath, args: ['-e', script], env: { PATH, ONLY: 'this' } })
  tree.stdin.end('hello')
  const [out, err, end] = await Promise.all([text(tree.stdout), text(tree.stderr), tree.ended])
  expect(out).toBe('hello')
  expect(JSON.parse(err)).toContain('ONLY')
  expect(JSON.parse(err)).not.toContain('HOME')
  expect(end).toMatchObject({ code: 0, signal: null })
})

test.each(['attached', 'detached'])('kills what it started as well (%s)', async (how) => {
  const tree = startProcessTree({ command: process.execPath, args: ['-e', PARENT, how], env: { PATH } })
  const child = Number(await firstLine(tree.stdout))
  expect(isAlive(child)).toBe(true)
  tree.terminate() // Both are deaf to it.
  tree.kill()
  await tree.ended
  await gone(child)
})

test('what a program leaves behind ends with it', async () => {
  const script = `${PARENT}; setTimeout(() => process.exit(3), 50)`
  const tree = startProcessTree({ command: process.execPath, args: ['-e', script], env: { PATH } })
  const child = Number(await firstLine(tree.stdout))
  expect(await tree.ended).toMatchObject({ code: 3 })
  await gone(child)
})

test('all of it ends when this process is killed', async () => {
  const module = new URL('./process-tree.ts', import.meta.url).href
  const program = `
    const { startProcessTree } = await import(${JSON.stringify(module)})
    const tree = startProcessTree({ command: process.execPath, args: ['-e', ${JSON.stringify(PARENT)}], env: { PATH: process.env.PATH } })
    tree.stdout.on('data', (line) => console.log(tree.pid, String(line).trim()))`
  const us = spawn(process.execPath, ['--conditions=@rt/source', '--input-type=module', '-e', program])
  const pids = (await firstLine(us.stdout)).split(' ').map(Number)
  expect(pids.map(isAlive)).toEqual([true, true])
  us.kill('SIGKILL')
  await once(us, 'exit')
  for (const pid of pids) await gone(pid)
})

test('a command that does not exist ends at once', async () => {
  const tree = startProcessTree({ command: 'no-such-command-of-rt', env: { PATH } })
  const [err, end] = await Promise.all([text(tree.stderr), tree.ended])
  expect(end.code).toBe(127)
  expect(err).toContain('no-such-command-of-rt')
})
