import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { runCommand } from './pack-check/run-command.ts'

export interface WalkOptions {
  /** Where the reader starts. */
  cwd: string
  env: NodeJS.ProcessEnv
  /** Commands that are done otherwise here, such as installing what is not published yet. */
  instead?: Record<string, () => Promise<void>>
}

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
export const walkPage = async (markdown: string, { cwd, env, instead = {} }: WalkOptions): Promise<string[]> => {
  const running: ChildProcess[] = []
  const done: string[] = []
  try {
    for (const { command, expected, background } of steps(markdown)) {
      const own = instead[command]
      if (own) await own()
      else if (background) running.push(await start(command, expected, { cwd, env }))
      else {
        const { code, output } = await runCommand('bash', ['-c', command], { cwd, env })
        const missing = code === 0 ? firstMissing(output, expected) : undefined
        if (code !== 0) throw new Error(`$ ${command}\nexit code ${code}\n${output}`)
        if (missing !== undefined) throw new Error(`$ ${command}\ndoes not print: ${missing}\n${output}`)
      }
      done.push(command)
    }
    return done
  } finally {
    await Promise.all(running.map(stop))
  }
}

const steps = (markdown: string): Step[] =>
  Array.from(markdown.matchAll(/^```console( background)?\n([\s\S]*?)^```$/gm)).flatMap(([, background, text]) =>
    toSteps(text!.trimEnd().split('\n'), background !== undefined),
  )

const toSteps = (lines: string[], background: boolean): Step[] => {
  const found: Step[] = []
  /** The word that ends a here-document. */
  let until: string | undefined
  for (const line of lines) {
    const last = found.at(-1)
    if (until !== undefined && last) {
      last.command += `\n${line}`
      if (line === until) until = undefined
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
const start = async (
  command: string,
  expected: string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<ChildProcess> => {
  const child = spawn('bash', ['-c', command], { ...options, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  let output = ''
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const look = (data: string): void => {
    output += data
    if (firstMissing(output, expected) === undefined) resolve()
  }
  child.stdout.setEncoding('utf8').on('data', look)
  child.stderr.setEncoding('utf8').on('data', look)
  child.once('exit', (code) => reject(new Error(`$ ${command}\nended with ${code}\n${output}`)))
  await promise
  return child
}

const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  process.kill(-child.pid!, 'SIGINT')
  await gone
}
