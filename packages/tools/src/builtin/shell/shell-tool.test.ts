import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LOCAL } from '@rt/core'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createShellTool, type ShellToolOptions } from './shell-tool.ts'

let root: string
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'rt-shell-')))
  mkdirSync(join(root, 'sub'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
})
const run = async (
  args: { command: string; folder?: string },
  { signal = new AbortController().signal, ...options }: Partial<ShellToolOptions> & { signal?: AbortSignal } = {},
): Promise<Record<string, unknown>> => {
  const { parse, execute } = createShellTool({ roots: { work: root }, ...options })
  return (await execute(await parse(args), { callId: 'c', principal: LOCAL, signal })) as Record<string, unknown>
}
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe.skipIf(process.platform === 'win32')('shell', () => {
  test('runs in a folder, and gives what was printed and how it ended', async () => {
    expect(await run({ command: 'pwd; echo oh >&2; exit 3' })).toEqual({
      exit_code: 3,
      stdout: `${root}\n`,
      stderr: 'oh\n',
    })
    expect(await run({ command: 'pwd', folder: 'work/sub' })).toMatchObject({ stdout: `${root}/sub\n` })
    expect(await run({ command: 'cat' })).toEqual({ exit_code: 0, stdout: '' })
  })

  test('in no other folder', async () => {
    for (const folder of ['..', 'work/..', '/', 'other'])
      await expect(run({ command: 'pwd', folder })).rejects.toMatchObject({ code: 'tool_arguments' })
  })

  test('sees no variable but those that are named', async () => {
    vi.stubEnv('RT_TEST_SECRET', 'hidden')
    vi.stubEnv('RT_TEST_NAMED', 'shown')
    onTestFinished(() => void vi.unstubAllEnvs())
    const { stdout } = await run({ command: 'env' }, { env: ['RT_TEST_NAMED'] })
    expect(stdout).toContain('RT_TEST_NAMED=shown')
    const names = String(stdout).match(/^\w+(?==)/gm) ?? []
    const known = ['PATH', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'RT_TEST_NAMED', 'PWD', 'OLDPWD', 'SHLVL', '_']
    expect(names.filter((name) => !known.includes(name))).toEqual([])
  })

  test('keeps the beginning and the end of a flood', async () => {
    const { stdout } = await run({ command: 'echo first; head -c 5000000 /dev/zero | tr "\\0" x; echo last' })
    expect(stdout).toMatch(/^first\nx+\n\[cut: \d+ bytes left out\]\nx+last\n$/)
    expect(String(stdout).length).toBeLessThan(31_000)
  })

  test('all it started ends with it, when it is told to end', async () => {
    const stop = new AbortController()
    const file = join(root, 'pids')
    const running = run(
      { command: `sleep 1000 & echo $! >> pids; (sleep 1000 & echo $! >> pids; echo $$ >> pids; wait); wait` },
      { signal: stop.signal },
    )
    const pids = await expect
      .poll(() => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []))
      .toHaveLength(3)
      .then(() => readFileSync(file, 'utf8').trim().split('\n').map(Number))
    stop.abort()
    await expect(running).rejects.toMatchObject({ code: 'aborted' })
    await expect.poll(() => pids.filter(isAlive), { timeout: 20_000 }).toEqual([])
  })

  test('what it leaves behind ends with it', async () => {
    const { stdout } = await run({ command: 'sleep 1000 > /dev/null 2>&1 & echo $!' })
    await expect.poll(() => isAlive(Number(stdout)), { timeout: 20_000 }).toBe(false)
  })

  test('asks a person, whatever it is about', () => {
    expect(createShellTool({ roots: { work: root } })).toMatchObject({
      approval: true,
      sideEffects: ['network', 'write', 'destructive'],
      untrusted: true,
    })
    expect(() => createShellTool({ roots: {} })).toThrow(/no folder to start in/)
  })
})
