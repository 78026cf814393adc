import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { DEV_PID } from './dev-pid.ts'

export interface DevServerOptions {
  /** The program and its arguments: `rt serve app.ts …` in a process of its own. */
  command: string[]
  /** Told in one line what happens. */
  say(line: string): void
  /** How long a server may take to stop before it is killed. Default 3000 ms. */
  patienceMs?: number
}

/** A server that can be started again. Between a crash and the next change nothing runs. */
export interface DevServer {
  start(): void
  /** Stops what runs and starts it again; calls during a restart are one restart more. */
  restart(reason: string): Promise<void>
  stop(): Promise<void>
}

export const createDevServer = ({ command, say, patienceMs = 3000 }: DevServerOptions): DevServer => {
  let child: ChildProcess | undefined
  let over = false
  let busy: Promise<void> = Promise.resolve()
  let waiting = false

  const start = (): void => {
    if (over) return
    const [program, ...args] = command
    const started = spawn(program!, args, {
      stdio: 'inherit',
      env: { ...process.env, [DEV_PID]: String(process.pid) },
      // A terminal sends Ctrl-C to the whole group, and this process sends a signal too: two would end it at once. On
      // Windows a group of its own would get a window of its own.
      detached: process.platform !== 'win32',
    })
    child = started
    const kill = (): void => void started.kill('SIGKILL')
    process.on('exit', kill)
    started.once('exit', (code, signal) => {
      process.off('exit', kill)
      if (child !== started) return
      child = undefined
      say(`stopped with ${signal ?? `exit code ${code}`}: change a file to start it again`)
    })
    started.once('error', (error) => say(`could not be started: ${error.message}`))
  }

  const end = async (): Promise<void> => {
    const running = child
    child = undefined
    if (!running || running.exitCode !== null || running.signalCode !== null) return
    const gone = once(running, 'exit')
    running.kill('SIGTERM')
    const patience = setTimeout(() => running.kill('SIGKILL'), patienceMs)
    await gone
    clearTimeout(patience)
  }

  return {
    start,
    restart(reason) {
      if (waiting) return busy
      waiting = true
      busy = busy.then(async () => {
        waiting = false
        if (over) return
        say(reason)
        await end()
        start()
      })
      return busy
    },
    async stop() {
      over = true
      await busy
      await end()
    },
  }
}
