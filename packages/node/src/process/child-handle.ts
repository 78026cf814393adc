import { type ChildProcess, fork } from 'node:child_process'
import type { Socket } from 'node:net'
import type { Clock } from '@rt/core'
import type { Entry } from '../worker/entry-url.ts'
import { type FromChild, PARENT_PID, type ToChild } from './protocol.ts'

export interface ChildHandleOptions {
  entry: Entry
  env: Record<string, string | undefined>
  serialization: 'json' | 'advanced'
  heartbeatMs: number
  hangMs: () => number
  sleep: Clock['sleep']
  onMessage: (message: unknown) => void
}

/** How a child ended. */
export interface ChildEnd {
  code: number | null
  signal: string | null
  /** The last it printed, both streams as they came. */
  output: string
  /** Killed because it no longer answered heartbeats. */
  hung: boolean
  /** That it held at its last heartbeat: a child that is killed for want of memory cannot be asked any more. */
  memoryBytes: number | undefined
  /** Why it could not even be started. */
  cause?: unknown
}

/** One run of a child process, from fork to exit. */
export interface ChildHandle {
  readonly pid: number | undefined
  readonly ready: Promise<void>
  readonly ended: Promise<ChildEnd>
  send(message: ToChild): void
  kill(): void
  setRef(on: boolean): void
}

const OUTPUT_KEPT = 8 * 1024
/** After the exit, how long the last output may take when someone else holds the pipe open. */
const OUTPUT_GRACE_MS = 200

export const startChild = (options: ChildHandleOptions): ChildHandle => {
  const { entry, env, serialization, onMessage } = options
  const child = fork(entry.url, [], {
    execArgv: entry.execArgv,
    env: { ...process.env, ...env, [PARENT_PID]: String(process.pid) },
    serialization,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const kill = (): void => void child.kill('SIGKILL')
  // A child that is stuck does not see the channel close.
  process.on('exit', kill)

  const output = keepOutput(child)
  const over = new AbortController()
  const life: { answered: boolean; hung: boolean; memoryBytes?: number } = { answered: false, hung: false }
  const ready = Promise.withResolvers<void>()
  const ended = new Promise<ChildEnd>((resolve) => {
    const end = (code: number | null, signal: string | null, cause?: unknown): void => {
      process.off('exit', kill)
      over.abort()
      resolve({ code, signal, output: output(), hung: life.hung, memoryBytes: life.memoryBytes, cause })
    }
    child.once('error', (error) => {
      // Also sent for a message that could not be; only a child without an id was never there.
      if (child.pid === undefined) end(null, null, error)
    })
    child.once('exit', (code, signal) => {
      over.abort()
      const timer = setTimeout(() => end(code, signal), OUTPUT_GRACE_MS)
      child.once('close', () => {
        clearTimeout(timer)
        end(code, signal)
      })
    })
  })

  child.on('message', (message: FromChild) => {
    life.answered = true
    if (message[0] === 'message') onMessage(message[1])
    else if (message[0] === 'pong') life.memoryBytes = message[1]
    else ready.resolve()
  })
  const send = (message: ToChild): void => {
    // A channel that closes meanwhile is told by the exit.
    if (child.connected) child.send(message, () => {})
  }
  void watch(options, { send, kill, life, over: over.signal })
  return {
    pid: child.pid,
    ready: ready.promise,
    ended,
    send,
    kill,
    setRef(on) {
      const call = on ? 'ref' : 'unref'
      child[call]()
      child.channel?.[call]()
      for (const pipe of [child.stdout, child.stderr]) (pipe as Socket | null)?.[call]()
    },
  }
}

/**
 * Pings, and kills a child that leaves one unanswered for `hangMs`. Counted in heartbeats, not in elapsed time: a
 * parent that was stopped itself must not blame the child.
 */
const watch = async (
  { heartbeatMs, hangMs, sleep }: ChildHandleOptions,
  {
    send,
    kill,
    life,
    over,
  }: Pick<ChildHandle, 'send' | 'kill'> & {
    life: { answered: boolean; hung: boolean }
    over: AbortSignal
  },
): Promise<void> => {
  let silentMs = 0
  send(['ping'])
  try {
    while (silentMs < hangMs()) {
      await sleep(heartbeatMs, over)
      if (life.answered) {
        silentMs = 0
        life.answered = false
        send(['ping'])
      } else silentMs += heartbeatMs
    }
    life.hung = true
    kill()
  } catch {
    // The child is gone.
  }
}

const keepOutput = (child: ChildProcess): (() => string) => {
  let kept = ''
  for (const pipe of [child.stdout, child.stderr]) {
    pipe?.setEncoding('utf8').on('data', (text: string) => {
      kept = (kept + text).slice(-OUTPUT_KEPT)
      if (process.env['RT_DEBUG']) process.stderr.write(text)
    })
  }
  return () => kept
}
