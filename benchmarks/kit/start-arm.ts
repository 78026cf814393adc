import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface Arm {
  child: ChildProcess
  /** What it said when it was ready. */
  ready: unknown
  /** What it answers to a word. */
  ask: (what: string) => Promise<unknown>
  round: () => Promise<number>
}

export interface StartOptions {
  /** How long it may take to get ready. Default: as long as it likes. */
  limitMs?: number
}

/** An arm is a process that measures when it is told to: no thread of it runs while another is measured. */
export const startArm = async (file: string, args: string[], { limitMs }: StartOptions = {}): Promise<Arm> => {
  const child = fork(fileURLToPath(new URL(`../arms/${file}`, import.meta.url)), args, { execArgv: [] })
  const timer = limitMs && setTimeout(() => child.kill('SIGKILL'), limitMs)
  const answer = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const gone = (code: number | null): void => reject(new Error(`${file} exited with ${code}`))
      child.once('exit', gone)
      child.once('message', (message) => {
        child.off('exit', gone)
        resolve(message)
      })
    })
  const ask: Arm['ask'] = (what) => {
    const result = answer()
    child.send(what)
    return result
  }
  const ready = await answer().finally(() => clearTimeout(timer || undefined))
  return { child, ready, ask, round: async () => Number(await ask('go')) }
}

/** One after the other: warming up together, each would wait for cores on which the threads of another one spin. */
export const startArms = async <const A extends readonly [file: string, args: string[]][]>(
  arms: A,
): Promise<{ [K in keyof A]: Arm }> => {
  const started: Arm[] = []
  for (const [file, args] of arms) started.push(await startArm(file, args))
  return started as { [K in keyof A]: Arm }
}
