import { availableParallelism } from 'node:os'
import { type Metric, toMetric } from './kit/compare.ts'
import { interleave } from './kit/interleave.ts'
import { startArms } from './kit/start-arm.ts'

/** Time to the first token of a thread's second turn: what it takes of reading all of it, in memory and after a restart. */
export const benchmark = async (rounds: number): Promise<Metric[]> => {
  const threads = String(Math.min(2, availableParallelism()))
  const [cold, warm, restored] = await startArms([
    ['rt-prefix.ts', ['cold', threads]],
    ['rt-prefix.ts', ['warm', threads]],
    ['rt-prefix.ts', ['restored', threads]],
  ])
  try {
    const measured = await interleave(rounds, { cold: cold.round, warm: warm.round, restored: restored.round })
    return [
      toMetric(measured, 'warm', 'cold', { name: 'prefix', unit: 'ms', target: 10 }),
      toMetric(measured, 'restored', 'cold', { name: 'prefix after a restart', unit: 'ms', target: 6.667 }),
    ]
  } finally {
    for (const arm of [cold, warm, restored]) arm.child.kill('SIGTERM')
  }
}
