import { clusteredSet, type DataSet, imageSet } from './data/data-set.ts'
import type { Metric } from './kit/compare.ts'
import { type ArmPlan, type Curves, measureCurves } from './vector/curves.ts'
import { measureFlat, measureIngest, measureOpen, measureOurs } from './vector/ours.ts'
import { writeReport } from './vector/report.ts'

const MINUTE = 60_000
/** The recalls our collections are held to; the first is the default of a collection. */
const TARGETS = [0.97, 0.985, 0.995]

/** Recall against searches a second, against bare libraries and other stores in one run, and what else a store promises. */
export const benchmark = async (rounds: number, { quick }: { quick: boolean }): Promise<Metric[]> => {
  const size = quick
    ? { count: 10_000, dimensions: 784, queries: 200 }
    : { count: 60_000, dimensions: 784, queries: 1000 }
  const set = clusteredSet(size)
  const curvesOf = (of: DataSet): Promise<Curves> =>
    measureCurves(of, plansFor(of, quick), rounds, (arm) => measureOurs(of, arm, rounds))
  const all = [await curvesOf(set)]
  const small = clusteredSet({ count: 10_000, dimensions: 384, queries: 20 })
  const others = [
    ...(await measureFlat(rounds, set)),
    await measureIngest(rounds, quick ? 10_000 : 30_000),
    await measureOpen(rounds, small, 100),
    ...(quick ? [] : [await measureOpen(rounds, set, 500)]),
  ]
  const report = (missing: string[]): Metric[] => {
    const metrics = [...all.flatMap((curves) => curves.metrics), ...others]
    writeReport(all, metrics, { quick, rounds, missing })
    return metrics
  }
  if (quick) return report(['fashion-mnist, in a quick run'])
  // Written before the second set too: that takes as long again.
  report(['fashion-mnist, not yet'])
  const images = imageSet(size.queries)
  if ('missing' in images) return report([images.missing])
  all.push(await curvesOf(images))
  return report([])
}

const plansFor = (set: DataSet, quick: boolean): ArmPlan[] => {
  const build = quick ? 2 : 10
  const settle = (quick ? 0.4 : 4) * MINUTE
  const targets = quick ? TARGETS.slice(0, 1) : TARGETS
  // PostgreSQL as WebAssembly takes minutes for all of them.
  const fewer = { count: quick ? 1000 : 10_000, dimensions: set.dimensions, queries: quick ? 50 : 200 }
  return [
    {
      name: 'rt',
      file: 'vector/rt.ts',
      args: [JSON.stringify(targets), String(settle)],
      limitMs: targets.length * (settle + 2 * MINUTE),
    },
    { name: 'hnswlib-node', file: 'vector/hnswlib.ts', limitMs: build * MINUTE },
    { name: 'usearch f32', file: 'vector/usearch.ts', args: ['f32'], limitMs: build * MINUTE },
    { name: 'usearch f16', file: 'vector/usearch.ts', args: ['f16'], limitMs: build * MINUTE },
    { name: 'LanceDB', file: 'vector/lancedb.ts', limitMs: build * MINUTE },
    { name: 'sqlite-vec', file: 'vector/sqlite-vec.ts', limitMs: build * MINUTE },
    { name: 'PGlite + pgvector', file: 'vector/pgvector.ts', set: clusteredSet(fewer), limitMs: build * MINUTE },
  ]
}
