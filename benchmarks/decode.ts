import { fork, type ChildProcess } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { compare, type Metric } from './kit/compare.ts'

/** Tokens per second after the first one: our engine host against node-llama-cpp in one process, same file and threads. */
export const benchmark = async (rounds: number): Promise<Metric[]> => {
  const arms = ['rt-decode.ts', 'node-llama-cpp-decode.ts'].map(startArm)
  const [ours, peer] = await Promise.all(arms)
  try {
    return [await compare({ name: 'decode', unit: 'tok/s', rounds, ours: ours!.round, peer: peer!.round, target: 1.6 })]
  } finally {
    for (const { child } of [ours!, peer!]) child.kill('SIGTERM')
  }
}

interface Arm {
  child: ChildProcess
  round: () => Promise<number>
}

/** An arm idles between its rounds: no thread of it runs while the other is measured. */
const startArm = async (file: string): Promise<Arm> => {
  const threads = String(Math.min(2, availableParallelism()))
  const child = fork(fileURLToPath(new URL(`./arms/${file}`, import.meta.url)), [threads], { execArgv: [] })
  const answer = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const gone = (code: number | null): void => reject(new Error(`${file} exited with ${code}`))
      child.once('exit', gone)
      child.once('message', (message) => {
        child.off('exit', gone)
        resolve(message)
      })
    })
  await answer()
  return {
    child,
    round: async () => {
      const result = answer()
      child.send('go')
      return Number(await result)
    },
  }
}
