import { availableParallelism } from 'node:os'
import { createCatalog } from '@rt/inference/catalog'
import { type Arm, startArms } from './kit/start-arm.ts'
import { type Metric, toMetric } from './kit/compare.ts'
import { interleave } from './kit/interleave.ts'
import { CLASSES, type TextClass } from './arms/speculate-prompts.ts'

/** The model the target is set for first: its figure is the headline. */
const MODELS = ['qwen2.5-coder:1.5b', 'smollm2:135m']
const LEAST = 0.97

/**
 * Tokens per second after the first one, with guesses and without, by kind of text. Before the first round both arms write
 * two texts, as an engine that serves has.
 */
export const benchmark = async (rounds: number): Promise<Metric[]> => {
  const installed = new Set((await createCatalog().installed()).map(({ entry }) => entry.name))
  const metrics: Metric[] = []
  for (const model of MODELS.filter((name) => installed.has(name) || name === MODELS.at(-1)))
    metrics.push(...(await measureModel(model, rounds)))
  return metrics
}

const measureModel = async (model: string, rounds: number): Promise<Metric[]> => {
  const threads = String(Math.min(2, availableParallelism()))
  const [on, off] = await startArms([
    ['rt-speculate.ts', [model, threads, 'on']],
    ['rt-speculate.ts', [model, threads, 'off']],
  ])
  try {
    const metrics: Metric[] = []
    for (const kind of Object.keys(CLASSES) as TextClass[]) {
      const ask = (arm: Arm) => async (): Promise<number> => Number(await arm.ask(kind))
      const results = await interleave(rounds, { on: ask(on), off: ask(off) })
      const target = model === MODELS[0] && CLASSES[kind].copies ? 1.2 : LEAST
      metrics.push(toMetric(results, 'on', 'off', { name: `speculate ${model} ${kind}`, unit: 'tok/s', target }))
    }
    const differing = await differences(on, off)
    process.stderr.write(
      ` ${model}: ${differing} of ${Object.keys(CLASSES).length} texts differ; ${JSON.stringify(await on.ask('tally'))}\n`,
    )
    return metrics
  } finally {
    for (const arm of [on, off]) arm.child.kill('SIGTERM')
  }
}

/** Greedy text must be the same, but where two tokens are equally likely. */
const differences = async (on: Arm, off: Arm): Promise<number> => {
  const [ours, theirs] = (await Promise.all([on.ask('texts'), off.ask('texts')])) as Record<string, string>[]
  return Object.keys(ours!).filter((kind) => ours![kind] !== theirs![kind]).length
}
