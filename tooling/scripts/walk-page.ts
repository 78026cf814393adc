import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { runCommand } from './pack-check/run-command.ts'

export interface WalkOptions {
  /** Where the reader starts. */
  cwd: string
  env: NodeJS.ProcessEnv
  /** Commands that are done otherwise here, such as installing what is not published yet. */
  instead?: Record<string, () => Promise<void>>
  /** Texts that are others here, such as a port that may be taken: everywhere in the page's blocks. */
  replace?: Record<string, string>
  /** In milliseconds. */
  limits?: Partial<Limits>
}

interface Limits {
  /** Until a command has ended. */
  command: number
  /** Until a program in the background has printed what the page says. */
  start: number
  /** From the interruption of such a program until it is killed. */
  stop: number
}

const LIMITS: Limits = { command: 120_000, start: 60_000, stop: 15_000 }

interface Step {
  command: string
  /** Lines that must appear in the output, in this order; `…` stands for anything. */
  expected: string[]
  background: boolean
}

/**
 * Does what a page says, as its reader would: the commands of its ```console blocks, one after the other in bash. What
 * stands below a command must appear in its output. `console background` keeps a command running until the page ends.
 */
export const walkPage = async (
  markdown: string,
  { cwd: from, env, instead = {}, replace = {}, limits }: WalkOptions,
): Promise<string[]> => {
  let cwd = from
  const { command: limit, start: startLimit, stop: stopLimit } = { ...LIMITS, ...limits }
  const running: ChildProcess[] = []
  const done: string[] = []
  try {
    for (const { command, expected, background } of steps(markdown, replace)) {
      const own = instead[command]
      const [, folder] = /^cd (\S+)$/.exec(command) ?? []
      if (own) await own()
      else if (folder !== undefined) cwd = resolve(cwd, folder)
      else if (background) {
        const child = start(command, { cwd, env })
        // Before it has printed anything: what fails from here on must end it too.
        running.push(child)
        await printed(child, { command, expected, limit: startLimit })
      } else {
        const { code, output, timedOut } = await runCommand('bash', ['-c', command], { cwd, env, timeoutMs: limit })
        const missing = code === 0 ? firstMissing(output, expected) : undefined
        if (timedOut) throw new Error(`$ ${command}\ndoes not end within ${limit / 1000} s\n${output}`)
        if (code !== 0) throw new Error(`$ ${command}\nexit code ${code}\n${output}`)
        if (missing !== undefined) throw new Error(`$ ${command}\ndoes not print: ${missing}\n${output}`)
      }
      done.push(command)
    }
    return done
  } finally {
    await Promise.all(running.map((child) => stop(child, stopLimit)))
  }
}

const steps = (markdown: string, replace: Record<string, string>): Step[] => {
  const blocks = Array.from(markdown.matchAll(/^```console( background)?\n([\s\S]*?)^```$/gm))
  for (const text of Object.keys(replace)) {
    if (!blocks.some((block) => block[2]!.includes(text))) throw new Error(`the page has nothing to replace: ${text}`)
  }
  const replaced = (text: string): string =>
    Object.entries(replace).reduce((all, [from, to]) => all.replaceAll(from, to), text)
  return blocks.flatMap(([, background, text]) =>
    toSteps(replaced(text!).trimEnd().split('\n'), background !== undefined),
  )
}

const toSteps = (lines: string[], background: boolean): Step[] => {
  const found: Step[] = []
  /** The word that ends a here-document. */
  let until: string | undefined
  for (const line of lines) {
    const last = found.at(-1)
    if (until !== undefined && last) {
      last.command += `\n${line}`
      if (line === until) until = undefined
    } else if (last?.command.endsWith('\\') && !last.expected.length) {
      last.command += `\n${line}`
    } else if (line.startsWith('$ ')) {
      const command = line.slice(2)
      found.push({ command, expected: [], background })
      until = /<<'(\w+)'/.exec(command)?.[1]
    } else last?.expected.push(line)
  }
  return found
}

const firstMissing = (output: string, expected: string[]): string | undefined => {
  let rest = output
  for (const line of expected) {
    const pattern = line
      .split('…')
      .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
      .join('.*')
    const match = new RegExp(pattern).exec(rest)
    if (!match) return line
    rest = rest.slice(match.index + match[0].length)
  }
  return undefined
}

/** A program of its own group, so that all of it can be ended. */
const start = (command: string, options: { cwd: string; env: NodeJS.ProcessEnv }): ChildProcess =>
  spawn('bash', ['-c', command], { ...options, stdio: ['ignore', 'pipe', 'pipe'], detached: true })

/** Waits until a program has printed these lines. */
const printed = async (
  child: ChildProcess,
  { command, expected, limit }: { command: string; expected: string[]; limit: number },
): Promise<void> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let output = ''
  const look = (data: string = ''): void => {
    output += data
    if (firstMissing(output, expected) === undefined) resolve()
  }
  look()
  child.stdout!.setEncoding('utf8').on('data', look)
  child.stderr!.setEncoding('utf8').on('data', look)
  child.once('close', (code) => reject(new Error(`$ ${command}\nended with ${code}\n${output}`)))
  const timer = setTimeout(() => {
    const missing = firstMissing(output, expected)
    reject(new Error(`$ ${command}\ndoes not print within ${limit / 1000} s: ${missing}\n${output}`))
  }, limit)
  await promise.finally(() => clearTimeout(timer))
}

/** Interrupts a program as Ctrl-C does, and kills what is left of it after the limit. */
const stop = async (child: ChildProcess, limit: number): Promise<void> => {
  if (child.stdout!.closed && child.stderr!.closed) return
  // Its pipes close when the last process that holds them has ended, not only the first.
  const gone = once(child, 'close')
  signalGroup(child, 'SIGINT')
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), limit)
  await gone.finally(() => clearTimeout(timer))
}

const signalGroup = (child: ChildProcess, signal: NodeJS.Signals): void => {
  try {
    process.kill(-child.pid!, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
