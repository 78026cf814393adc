import { type DataSet, readTruth, recallOf } from '../data/data-set.ts'
import { type Metric, toMetric, within } from '../kit/compare.ts'
import { type CurvePoint, rateAt } from '../kit/curve.ts'
import { interleave, type Round } from '../kit/interleave.ts'
import { type Arm, startArm } from '../kit/start-arm.ts'
import { median, quantile, round3 } from '../kit/statistics.ts'
import type { Ready } from '../arms/vector/serve-points.ts'

export interface ArmPlan {
  name: string
  file: string
  args?: string[]
  /** Of another size where the engine cannot hold all. */
  set?: DataSet
  limitMs: number
}

/** A way to search, as all rounds measured it. */
export interface MeasuredPoint {
  name: string
  recall: number
  rate: number
  p10: number
}

export interface MeasuredArm {
  name: string
  points: MeasuredPoint[]
  build?: number
  note?: string
  missing?: string
}

export interface Curves {
  set: DataSet
  arms: MeasuredArm[]
  metrics: Metric[]
}

/** Where recalls count as equal: below the first nobody wants to be, above the last all that is left is rounding. */
const RANGE = [0.97, 0.995] as const
/** How far below its target a recall may come out by the choice of queries. */
const SAMPLING = 0.005
const OURS = 'rt'
/** What ours is compared with: libraries without a store around them. */
const BARE = ['hnswlib-node', 'usearch f32', 'usearch f16']
const TARGET = 0.9

interface Started {
  plan: ArmPlan
  arm?: Arm
  ready: Ready
  recalls: Map<string, number>
}

/**
 * Recall and searches a second of every way to search of every arm; and of ours the ratio to the best bare library where it
 * finds as much. `use` gets our arm before all end.
 */
export const measureCurves = async (
  set: DataSet,
  plans: ArmPlan[],
  rounds: number,
  use: (arm: Arm) => Promise<Metric[]>,
): Promise<Curves> => {
  const started: Started[] = []
  try {
    for (const plan of plans) started.push(await start(plan, set))
    const ways = started.flatMap(({ plan, arm, ready }) =>
      ready.points.map(
        (point) => [keyOf(plan.name, point), async () => Number(await arm!.ask(`go ${point}`))] as const,
      ),
    )
    const results = await interleave<string>(rounds, Object.fromEntries(ways))
    const ours = started.find(({ plan }) => plan.name === OURS)
    if (!ours?.arm) throw new Error(`rt itself did not start: ${ours?.ready.missing}`)
    const metrics = [...ratios(set, started, ours, results), ...(await use(ours.arm))]
    return { set, arms: started.map((one) => measured(one, results)), metrics }
  } finally {
    for (const { arm } of started) arm?.child.kill('SIGTERM')
  }
}

const keyOf = (arm: string, point: string): string => `${arm}: ${point}`

const start = async (plan: ArmPlan, all: DataSet): Promise<Started> => {
  const set = plan.set ?? all
  process.stderr.write(` ${plan.name}: getting ready\n`)
  try {
    const arm = await startArm(plan.file, [JSON.stringify(set), ...(plan.args ?? [])], { limitMs: plan.limitMs })
    const ready = arm.ready as Ready
    if (ready.missing !== undefined) {
      arm.child.kill('SIGTERM')
      process.stderr.write(` ${plan.name}: left out: ${ready.missing}\n`)
      return { plan, ready, recalls: new Map() }
    }
    const truth = readTruth(set)
    const recalls = new Map<string, number>()
    for (const point of ready.points)
      recalls.set(point, recallOf(truth, (await arm.ask(`found ${point}`)) as number[][]))
    return { plan, arm, ready, recalls }
  } catch (error) {
    const missing = `it ended, or was not ready within ${plan.limitMs / 60_000} minutes (${(error as Error).message})`
    process.stderr.write(` ${plan.name}: left out: ${missing}\n`)
    return { plan, ready: { points: [], missing }, recalls: new Map() }
  }
}

const measured = ({ plan, ready, recalls }: Started, results: Round<string>[]): MeasuredArm => ({
  name: plan.name,
  points: ready.points.map((point) => {
    const rates = results.map((round) => round[keyOf(plan.name, point)]!.value)
    return {
      name: point,
      recall: round3(recalls.get(point)!),
      rate: round3(median(rates)),
      p10: round3(quantile(rates, 0.1)),
    }
  }),
  ...(ready.facts?.build !== undefined && { build: ready.facts.build }),
  ...(ready.facts?.note !== undefined && { note: ready.facts.note }),
  ...(ready.missing !== undefined && { missing: ready.missing }),
})

/** Each point of ours beside the rate that the best bare library has at that recall, round by round. */
const ratios = (set: DataSet, started: Started[], ours: Started, results: Round<string>[]): Metric[] =>
  ours.ready.points.flatMap((point) => {
    const recall = ours.recalls.get(point)!
    const name = `vector ${set.name}, ${point}`
    const wanted = Number(/held to ([\d.]+)/.exec(point)?.[1] ?? RANGE[0])
    const held = within([recall], wanted - SAMPLING, { name: `${name}: recall`, unit: 'recall@10' })
    const at = Math.min(Math.max(recall, RANGE[0]), RANGE[1])
    const key = keyOf(OURS, point)
    const pairs = results.flatMap((round) => {
      const bare = BARE.map((library) => rateAt(curveOf(started, library, round), at)).filter(
        (rate) => rate !== undefined,
      )
      return bare.length
        ? [{ ours: round[key]!, peer: { value: Math.max(...bare), sentinel: round[key]!.sentinel } }]
        : []
    })
    if (pairs.length === 0) return [held]
    const ratio = toMetric(pairs, 'ours', 'peer', { name, unit: 'q/s', target: TARGET })
    return point.endsWith('1 client') ? [ratio, held] : [ratio]
  })

const curveOf = (started: Started[], library: string, round: Round<string>): CurvePoint[] => {
  const found = started.find(({ plan }) => plan.name === library)
  return (found?.ready.points ?? []).map((point) => ({
    recall: found!.recalls.get(point)!,
    rate: round[keyOf(library, point)]!.value,
  }))
}
