import { availableParallelism } from 'node:os'
import { type Metric, toMetric } from './kit/compare.ts'
import { interleave } from './kit/interleave.ts'
import { type Arm, startArm } from './kit/start-arm.ts'

/** Least cosine of the two arms' vectors of a text: int8 quantises a run as a whole, so its company shows. */
const SAME = 0.98

/**
 * Texts per second of bge-small: the ONNX engine against onnxruntime-node called directly in batches of 64, of texts as they
 * come and of texts that were sorted by their length.
 */
export const benchmark = async (rounds: number): Promise<Metric[]> => {
  const threads = String(Math.min(2, availableParallelism()))
  const arms = {
    rt: await startArm('rt-embed.ts', [threads]),
    direct: await startArm('onnxruntime-embed.ts', [threads]),
    sorted: await startArm('onnxruntime-embed.ts', [threads, 'sorted']),
  }
  const { rt, direct, sorted } = arms
  try {
    const results = await interleave(rounds, { rt: rt.round, direct: direct.round, sorted: sorted.round })
    const ours = await vectorsOf(rt)
    for (const peer of [direct, sorted]) checkSame(ours, await vectorsOf(peer))
    const unit = 'texts/s'
    return [
      toMetric(results, 'rt', 'direct', { name: 'embed', unit, target: 1 }),
      toMetric(results, 'rt', 'sorted', { name: 'embed sorted', unit, target: 1 }),
    ]
  } finally {
    for (const { child } of Object.values(arms)) child.kill('SIGTERM')
  }
}

const vectorsOf = async (arm: Arm): Promise<number[][]> => (await arm.ask('vectors')) as number[][]

const checkSame = (ours: number[][], theirs: number[][]): void => {
  const cosines = ours.map((vector, i) => vector.reduce((sum, value, at) => sum + value * theirs[i]![at]!, 0))
  const least = Math.min(...cosines)
  if (!(least > SAME)) throw new Error(`the arms do not do the same: a text's vectors have cosine ${least}`)
}
