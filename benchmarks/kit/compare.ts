import { interleave, type Round } from './interleave.ts'
import { sentinel } from './sentinel.ts'
import { median, quantile, round3 } from './statistics.ts'

export interface Metric {
  name: string
  /** Higher is better for us; null without a peer. */
  ratio: number | null
  p10: number | null
  /** Rounds in which the machine was busy with others, of all rounds. */
  noisy: number
  rounds: number
  ours: number
  peer: number | null
  unit: 'ms' | 'us' | 'tok/s' | 'texts/s' | 'q/s' | 'vectors/s' | 'GB/s' | 'recall@10' | 'rows' | 'of the fastest'
  ms?: number
  target?: number
}

interface Naming {
  name: string
  unit: Metric['unit']
  target?: number
}

interface Comparison extends Naming {
  rounds: number
  ours: () => Promise<number>
  peer: () => Promise<number>
}

const NOISE = 0.15
const TIMES: ReadonlySet<Metric['unit']> = new Set(['ms', 'us'])

/** Runs both arms in alternating order and takes the median of the rounds' ratios. */
export const compare = async ({ rounds, ours, peer, ...naming }: Comparison): Promise<Metric> =>
  toMetric(await interleave(rounds, { ours, peer }), 'ours', 'peer', naming)

/** The ratio of two arms out of rounds that more of them shared. */
export const toMetric = <Name extends string>(
  rounds: Round<Name>[],
  ours: Name,
  peer: Name,
  { name, unit, target }: Naming,
): Metric => {
  const pairs = rounds.map((round) => ({ ours: round[ours], peer: round[peer] }))
  const ratios = pairs.map((pair) =>
    TIMES.has(unit) ? pair.peer.value / pair.ours.value : pair.ours.value / pair.peer.value,
  )
  return {
    name,
    ratio: round3(median(ratios)),
    p10: round3(quantile(ratios, 0.1)),
    noisy: pairs.filter((pair) => differ(pair.ours.sentinel, pair.peer.sentinel)).length,
    rounds: rounds.length,
    ours: round3(median(pairs.map((pair) => pair.ours.value))),
    peer: round3(median(pairs.map((pair) => pair.peer.value))),
    unit,
    ...(target && { target }),
  }
}

/** A figure without a peer: printed, never a gate. */
export const measure = async (name: string, rounds: number, ours: () => Promise<number>): Promise<Metric> => {
  const values: number[] = []
  let noisy = 0
  for (let round = 0; round < rounds; round++) {
    const before = sentinel()
    values.push(await ours())
    if (differ(before, sentinel())) noisy++
  }
  const ms = round3(median(values))
  return { name, ratio: null, p10: null, noisy, rounds, ours: ms, peer: null, unit: 'ms', ms }
}

/** One value of ours against a bound: the least a rate may be, or the most a time may take. */
export const within = (values: number[], bound: number, naming: Omit<Naming, 'target'>, noisy = 0): Metric => {
  const ratios = values.map((value) => (TIMES.has(naming.unit) ? bound / value : value / bound))
  return {
    ...naming,
    ratio: round3(median(ratios)),
    p10: round3(quantile(ratios, 0.1)),
    noisy,
    rounds: values.length,
    ours: round3(median(values)),
    peer: bound,
    target: 1,
  }
}

const differ = (one: number, other: number): boolean => Math.abs(one - other) / Math.min(one, other) > NOISE
