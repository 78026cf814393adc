import { availableParallelism } from 'node:os'
import { compare, type Metric } from './kit/compare.ts'
import { startArms } from './kit/start-arm.ts'

/** Tokens per second after the first one: our engine host against node-llama-cpp in one process, same file and threads. */
export const benchmark = async (rounds: number): Promise<Metric[]> => {
  const threads = String(Math.min(2, availableParallelism()))
  const [ours, peer] = await startArms([
    ['rt-decode.ts', [threads]],
    ['node-llama-cpp-decode.ts', [threads]],
  ])
  try {
    return [await compare({ name: 'decode', unit: 'tok/s', rounds, ours: ours.round, peer: peer.round, target: 1.6 })]
  } finally {
    for (const { child } of [ours, peer]) child.kill('SIGTERM')
  }
}
