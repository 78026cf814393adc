import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export interface Script {
  child: ChildProcess
  /** The next line of its output; undefined when it ended. */
  line(): Promise<string | undefined>
  exited: Promise<{ code: number | null; signal: string | null; stderr: string }>
}

export interface ScriptOptions {
  /** Goes before the command, e.g. to set a limit. */
  shell?: string
  /** The same in mounts of its own, where it may mount. */
  inOwnMounts?: string
  /** Root without its power over the rights of files. */
  withoutPower?: boolean
}

/** Starts a TypeScript file as a real process. */
export const runScript = (file: URL, args: string[], { shell, inOwnMounts, withoutPower }: ScriptOptions = {}): Script => {
  const command = [process.execPath, '--conditions=@rt/source', file.pathname, ...args]
  const options = { env: { ...process.env, NODE_OPTIONS: '' } }
  const before = inOwnMounts ?? shell
  const limited = withoutPower ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search', ...command] : command
  const wrapped = before ? ['sh', '-c', `${before}; exec "$@"`, 'sh', ...limited] : limited
  const [program, ...rest] = inOwnMounts ? ['unshare', '-rm', ...wrapped] : wrapped
  const child = spawn(program!, rest, { ...options, stdio: 'pipe' })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    child,
    line: async () => (await lines.next()).value,
    exited: once(child, 'close').then(([code, signal]) => ({ code, signal, stderr })),
  }
}
