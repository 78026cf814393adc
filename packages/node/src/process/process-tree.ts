import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'

export interface ProcessTreeOptions {
  command: string
  args?: string[]
  /** The whole environment: nothing is inherited. */
  env: Record<string, string>
  /** Default: this process's. */
  cwd?: string | undefined
}

/** How it ended. */
export interface ProcessTreeEnd {
  code: number | null
  signal: string | null
  /** Why it could not be started. */
  cause?: unknown
}

/** A foreign program and whatever it starts. */
export interface ProcessTree {
  readonly pid: number | undefined
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /** The program itself is gone; what it left behind was killed. */
  readonly ended: Promise<ProcessTreeEnd>
  /** Asks all of it to end. */
  terminate(): void
  /** Ends all of it at once. */
  kill(): void
  /** Whether it keeps this process alive. Default true. */
  setRef(on: boolean): void
}

/**
 * In the group of the program sits a small shell that reads from a pipe of ours: when we are gone, however we went, the
 * pipe ends, and the shell kills the group. `exec` keeps the program the leader, so that its id is the group's.
 */
const GUARDED = '( read -r _; kill -9 0 ) <&3 3<&- >/dev/null 2>&1 & exec 3<&-; exec "$@"'

/**
 * Starts a program in a process group of its own, so that all it starts ends with it: when it ends, when it is killed,
 * and when this process dies, also by SIGKILL. What moves to a group of its own is found on Linux as long as its parents
 * live. On Windows the tree is killed by taskkill, and lives on when this process is killed.
 */
export const startProcessTree = ({ command, args = [], env, cwd }: ProcessTreeOptions): ProcessTree => {
  const isWindows = process.platform === 'win32'
  const child = isWindows
    ? spawn(command, args, { env, cwd, stdio: 'pipe', windowsHide: true })
    : spawn('/bin/sh', ['-c', GUARDED, 'sh', command, ...args], {
        env,
        cwd,
        detached: true,
        stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      })
  const { pid } = child
  let isOver = false
  const kill = (): void => {
    if (!isOver && pid !== undefined) killTree(pid)
  }
  process.on('exit', kill)
  // Written to after its end: the end tells.
  for (const pipe of child.stdio) pipe?.on('error', () => {})

  const ended = new Promise<ProcessTreeEnd>((resolve) => {
    const end = (how: ProcessTreeEnd): void => {
      // The group outlives its leader; its id is not given to others before it is empty.
      kill()
      isOver = true
      process.off('exit', kill)
      resolve(how)
    }
    child.once('error', (cause) => {
      if (child.pid === undefined) end({ code: null, signal: null, cause })
    })
    child.once('exit', (code, signal) => end({ code, signal }))
  })
  return {
    pid,
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    ended,
    terminate: () => {
      if (!isOver && pid !== undefined) signalGroup(pid, 'SIGTERM')
    },
    kill,
    setRef: (on) => setRef(child, on),
  }
}

const setRef = (child: ChildProcess, on: boolean): void => {
  const call = on ? 'ref' : 'unref'
  child[call]()
  for (const pipe of child.stdio) (pipe as { ref?(): void; unref?(): void } | null)?.[call]?.()
}

const killTree = (pid: number): void => {
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/pid', String(pid), '/T', '/F'], { windowsHide: true })
    return
  }
  const below = descendants(pid)
  signalGroup(pid, 'SIGKILL')
  for (const one of below) send(one, 'SIGKILL')
}

const signalGroup = (pid: number, signal: NodeJS.Signals): void =>
  send(process.platform === 'win32' ? pid : -pid, signal)

const send = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal)
  } catch {
    // It is gone.
  }
}

/** All that came of a process, by Linux's own list; elsewhere nobody tells. */
const descendants = (pid: number): number[] => {
  if (process.platform !== 'linux') return []
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? parentOf(name) : undefined
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const found: number[] = []
  for (let next = children.get(pid) ?? []; next.length; next = next.flatMap((one) => children.get(one) ?? []))
    found.push(...next)
  return found
}

const parentOf = (pid: string): number | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name before it may hold anything, brackets too.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return undefined
  }
}
