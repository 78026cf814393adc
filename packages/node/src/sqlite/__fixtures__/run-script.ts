import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export interface Script {
  child: ChildProcess
  /** The next line of its output; undefined when it ended. */
  line(): Promise<string | undefined>
  exited: Promise<{ code: number | null; signal: string | null; stderr: string }>
}

/** Starts a TypeScript file as a real process. `shell` goes before the command, e.g. to set a limit. */
export const runScript = (file: URL, args: string[], { shell }: { shell?: string } = {}): Script => {
  const command = [process.execPath, '--conditions=@rt/source', file.pathname, ...args]
  const env = { ...process.env, NODE_OPTIONS: '' }
  const child = shell
    ? spawn('sh', ['-c', `${shell}; exec "$@"`, 'sh', ...command], { env })
    : spawn(command[0]!, command.slice(1), { env })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    child,
    line: async () => (await lines.next()).value,
    exited: once(child, 'close').then(([code, signal]) => ({ code, signal, stderr })),
  }
}
