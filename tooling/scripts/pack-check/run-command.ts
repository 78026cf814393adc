import { spawn } from 'node:child_process'

export interface RunOptions {
  cwd: string
  env?: NodeJS.ProcessEnv
  /** Then the command and its children are killed. Default 5 minutes. */
  timeoutMs?: number
}

export interface RunResult {
  /** null when it was killed. */
  code: number | null
  /** stdout and stderr as they came. */
  output: string
  stdout: string
  seconds: number
  timedOut: boolean
}

/** Runs a command to its end, or to its limit; a failure is a result, not an exception. */
export const runCommand = (
  command: string,
  args: string[],
  { cwd, env = process.env, timeoutMs = 300_000 }: RunOptions,
): Promise<RunResult> =>
  new Promise((resolve) => {
    const started = performance.now()
    // Windows starts npm through a shell; elsewhere a group of its own lets the limit end grandchildren too.
    const windows = process.platform === 'win32'
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: windows,
      detached: !windows,
    })
    let output = ''
    let stdout = ''
    let timedOut = false
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
    const limit = setTimeout(() => {
      timedOut = true
      if (windows || child.pid === undefined) child.kill('SIGKILL')
      else process.kill(-child.pid, 'SIGKILL')
    }, timeoutMs)
    const end = (code: number | null): void => {
      clearTimeout(limit)
      resolve({ code, output, stdout, seconds: (performance.now() - started) / 1000, timedOut })
    }
    child.on('error', (error) => {
      output += String(error)
      end(null)
    })
    child.on('close', end)
  })
