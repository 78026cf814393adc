import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const HANDBOOK: string = fileURLToPath(new URL('../../../../examples/handbook', import.meta.url))
const ENTRY = fileURLToPath(new URL('../cli/rt.ts', import.meta.url))

export interface RunningCommand {
  child: ChildProcess
  stdout(): string
  stderr(): string
  /** Resolves with the match as soon as stdout has it; rejects when the process ends before. */
  said(pattern: RegExp): Promise<RegExpExecArray>
  /** Exit code, or the signal that ended it. */
  exit: Promise<number | NodeJS.Signals>
}

/** The `rt` command from its sources, without a terminal. One engine thread: two spinning on busy cores collapse. */
export const startCommand = (args: string[], options: StartOptions = {}): RunningCommand => startProgram(ENTRY, args, options)

export interface StartOptions {
  env?: Record<string, string>
  cwd?: string
  /** A command before it, e.g. `unshare -rn`. */
  wrapper?: string[]
  /** In a process group of its own, as a shell starts it: a terminal signals all of one group. */
  group?: boolean
  /** Its standard input can be written to: `child.stdin`. */
  input?: boolean
}

/** A TypeScript file as a process of its own. */
export const startProgram = (file: string, args: string[], options: StartOptions = {}): RunningCommand => {
  const [command, ...rest] = [...(options.wrapper ?? []), process.execPath, '--conditions=@rt/source', file, ...args]
  const child = spawn(command!, rest, {
    cwd: options.cwd,
    env: { ...process.env, RT_THREADS: '1', NO_COLOR: '1', ...options.env },
    stdio: [options.input ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    detached: options.group ?? false,
  })
  let stdout = ''
  let stderr = ''
  const listeners = new Set<() => void>()
  child.stdout!.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
    for (const listener of listeners) listener()
  })
  child.stderr!.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const exit = new Promise<number | NodeJS.Signals>((resolve) => child.once('close', (code, signal) => resolve(signal ?? code ?? 1)))
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    exit,
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(stdout)
          if (!match) return
          listeners.delete(look)
          resolve(match)
        }
        listeners.add(look)
        look()
        void exit.then((code) => reject(new Error(`ended with ${code} before ${pattern}\n${stdout}\n${stderr}`)))
      }),
  }
}

/** Runs a command to its end. */
export const runCommand = async (
  args: string[],
  options: StartOptions = {},
): Promise<{ code: number | NodeJS.Signals; stdout: string; stderr: string }> => {
  const command = startCommand(args, options)
  const code = await command.exit
  return { code, stdout: command.stdout(), stderr: command.stderr() }
}

/** A new folder that is removed at the end of the scope (`await using`). */
export const temporaryFolder = async (): Promise<{ path: string } & AsyncDisposable> => {
  const path = await mkdtemp(join(tmpdir(), 'rt-test-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** Whether a process of that id exists. */
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Waits until none of the processes exists. The system has no event for a process that is not our child, so we look. */
export const gone = async (pids: number[]): Promise<void> => {
  while (pids.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 10))
}
