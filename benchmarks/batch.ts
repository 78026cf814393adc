import { availableParallelism } from 'node:os'
import { createCatalog } from '@rt/inference/catalog'
import { compare, type Metric } from './kit/compare.ts'
import { startArms } from './kit/start-arm.ts'
import { median, quantile, round3 } from './kit/statistics.ts'

const CLIENTS = 8
const MODELS = ['smollm2:135m', 'qwen2.5-coder:1.5b']

/** Eight clients against one on the same engine: tokens per second of all, how full the batches were, who got how much. */
export const benchmark = async (rounds: number): Promise<Metric[]> => {
  const installed = new Set((await createCatalog().installed()).map(({ entry }) => entry.name))
  const metrics: Metric[] = []
  for (const model of MODELS.filter((name, i) => i === 0 || installed.has(name)))
    metrics.push(...(await measureModel(model, rounds)))
  return metrics
}

const measureModel = async (model: string, rounds: number): Promise<Metric[]> => {
  const threads = String(Math.min(2, availableParallelism()))
  const [ours, peer] = await startArms([
    ['rt-batch.ts', [model, threads, String(CLIENTS)]],
    ['rt-batch.ts', [model, threads, '1']],
  ])
  try {
    const name = `batch ${model}`
    const rate = await compare({ name, unit: 'tok/s', rounds, ours: ours.round, peer: peer.round, target: 1.3 })
    const seen = (await ours.ask('rounds')) as { mean: number; fairness: number }[]
    const means = seen.map(({ mean }) => mean)
    const fairness = seen.map((round) => round.fairness)
    return [
      rate,
      { ...rate, name: `${name} mean batch`, unit: 'rows', target: 0.9, ...share(means, CLIENTS) },
      // The slowest stream has written at least two thirds of what the fastest one has.
      { ...rate, name: `${name} fairness`, unit: 'of the fastest', target: 0.667, ...share(fairness, 1) },
    ]
  } finally {
    for (const { child } of [ours, peer]) child.kill('SIGTERM')
  }
}

const share = (values: number[], most: number): Pick<Metric, 'ratio' | 'p10' | 'ours' | 'peer'> => ({
  ratio: round3(median(values) / most),
  p10: round3(quantile(values, 0.1) / most),
  ours: round3(median(values)),
  peer: most,
})
