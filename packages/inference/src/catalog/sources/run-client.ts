import { spawn, type ChildProcess } from 'node:child_process'
import { constants } from 'node:fs'
import { access, readdir, stat } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { abortError, type Clock, RtError, systemClock } from '@rt/core'

export interface ClientOptions {
  /** Looked up in `PATH` of `env`. */
  command: string
  /** Must hold no characters that a shell reads. */
  args: string[]
  cwd: string
  env: Record<string, string | undefined>
  signal?: AbortSignal | undefined
  /** Called about four times a second; returns a number that grows while the client gets on. */
  watch?: () => Promise<number>
  /** Killed when `watch` stands still this long. Default 120,000. */
  idleMs?: number
  clock?: Clock
}

const WATCH_MS = 250
const KILL_MS = 1_000
const GONE_MS = 20
const MOST_OUTPUT = 16_384

/**
 * Runs a package client of the user to its end, in a process group of its own that is killed as a whole on abort and,
 * except on Windows, also when this process dies.
 *
 * @throws RtError `unsupported` when the client is not installed, `download_failed` with its own last words, `disk_full`,
 *   `timeout`, `aborted`.
 */
export const runClient = async (options: ClientOptions): Promise<void> => {
  const { command, env, signal, watch, idleMs = 120_000, clock = systemClock } = options
  if (signal?.aborted) throw abortError(signal)
  const path = await findCommand(command, env)
  if (!path) throw new RtError({ code: 'unsupported', message: `${command} is not installed.` })
  const child = start(path, options)
  const output = collectOutput(child)
  const stopped = new AbortController()
  let reason: RtError | undefined
  const stop = (error: RtError): void => {
    reason ??= error
    killGroup(child)
  }
  const onAbort = (): void => stop(abortError(signal))
  const onExit = (): void => killGroup(child, 'SIGKILL')
  signal?.addEventListener('abort', onAbort, { once: true })
  process.once('exit', onExit)
  const idle = new RtError({
    code: 'timeout',
    message: `${command} made no progress in ${Math.round(idleMs / 1000)} s.`,
  })
  const watching = watchGrowth({ watch, idleMs, clock, signal: stopped.signal, onIdle: () => stop(idle) })
  try {
    const code = await ended(child)
    if (reason) {
      await groupGone(child.pid)
      throw reason
    }
    if (code !== 0 && /no space left on device/i.test(output()))
      throw new RtError({ code: 'disk_full', message: 'the disk became full.' })
    if (code !== 0) throw new RtError({ code: 'download_failed', message: `${command} failed: ${lastWords(output())}` })
  } finally {
    stopped.abort()
    signal?.removeEventListener('abort', onAbort)
    process.removeListener('exit', onExit)
    await watching
  }
}

/** Bytes of all files below a folder; what cannot be read counts as nothing. */
export const folderBytes = async (folder: string): Promise<number> => {
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        (found) => (found.isFile() ? found.size : 0),
        () => 0,
      ),
    ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

// ---------------------------------------------------------------------------------------------------------------------

/** The watcher's end of fd 3 closes when this process dies, however it dies: then the group goes. */
const GUARD = '{ read -r _ <&3; kill -KILL 0; } & guard=$!; "$@" 3<&-; code=$?; kill $guard 2>/dev/null; exit $code'

const start = (path: string, { args, cwd, env: all }: ClientOptions): ChildProcess => {
  // A token of the hub is for the hub.
  const { HF_TOKEN: _, HUGGING_FACE_HUB_TOKEN: __, ...env } = all
  if (process.platform === 'win32') {
    // A .cmd needs the shell; the arguments hold nothing that it reads.
    return spawn(path, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], shell: true, windowsHide: true })
  }
  return spawn('/bin/sh', ['-c', GUARD, 'sh', path, ...args], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    detached: true,
  })
}

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new RtError({ code: 'unsupported', message: `it could not be started: ${cause.message}.`, cause })),
    )
    // Not `exit`: the last words may still be in the pipe.
    child.once('close', resolve)
  })

const killGroup = (child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): void => {
  if (child.pid === undefined) return
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(child.pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true }).on(
      'error',
      () => {},
    )
    return
  }
  signalGroup(child.pid, signal)
  if (signal === 'SIGTERM') setTimeout(signalGroup, KILL_MS, child.pid, 'SIGKILL').unref()
}

/** False when nothing is left of the group. */
const signalGroup = (pid: number, signal: 'SIGTERM' | 'SIGKILL' | 0): boolean => {
  try {
    return process.kill(-pid, signal)
  } catch {
    return false
  }
}

/** Waits until a group that was told to stop is gone: its files may be deleted then. */
const groupGone = async (pid: number | undefined): Promise<void> => {
  if (pid === undefined || process.platform === 'win32') return
  for (let waited = 0; signalGroup(pid, 0) && waited < KILL_MS; waited += GONE_MS) await systemClock.sleep(GONE_MS)
  signalGroup(pid, 'SIGKILL')
}

const findCommand = async (command: string, env: ClientOptions['env']): Promise<string | undefined> => {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : ['']
  for (const folder of (env.PATH ?? env.Path ?? '').split(delimiter).filter(Boolean)) {
    for (const ending of endings) {
      const path = join(folder, command + ending)
      const usable = await access(path, constants.X_OK)
        .then(() => stat(path))
        .catch(() => undefined)
      if (usable?.isFile()) return path
    }
  }
  return undefined
}

interface Watching {
  watch: ClientOptions['watch']
  idleMs: number
  clock: Clock
  signal: AbortSignal
  onIdle: () => void
}

const watchGrowth = async ({ watch, idleMs, clock, signal, onIdle }: Watching): Promise<void> => {
  let last = -1
  let since = clock.monotonic()
  while (watch && !signal.aborted) {
    const value = await watch()
    if (value !== last) [last, since] = [value, clock.monotonic()]
    else if (clock.monotonic() - since > idleMs) return onIdle()
    await clock.sleep(WATCH_MS, signal).catch(() => {})
  }
}

const collectOutput = (child: ChildProcess): (() => string) => {
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-MOST_OUTPUT)
    })
  }
  return () => text
}

/** The line that says why: the first that calls itself an error, else the last. Without colours, and without secrets in addresses. */
const lastWords = (output: string): string => {
  const lines = output
    // oxlint-disable-next-line no-control-regex -- colours begin with a control character
    .replaceAll(/\u001b\[[0-9;]*m/g, '')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
  const line = lines.find((other) => /^\[?error/i.test(other)) ?? lines.at(-1) ?? 'it said nothing'
  return line.replaceAll(/\/\/[^/\s@]*@/g, '//').slice(0, 240)
}
