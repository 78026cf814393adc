import { sentinel } from './sentinel.ts'
import { median, quantile } from './statistics.ts'

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
  unit: 'ms' | 'tok/s'
  ms?: number
  target?: number
}

interface Comparison {
  name: string
  unit: Metric['unit']
  rounds: number
  ours: () => Promise<number>
  peer: () => Promise<number>
  target?: number
}

const NOISE = 0.15

/** Runs both arms in alternating order and takes the median of the rounds' ratios. */
export const compare = async ({ name, unit, rounds, ours, peer, target }: Comparison): Promise<Metric> => {
  const results: { ours: number; peer: number; noisy: boolean }[] = []
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 ? [ours, peer] : [peer, ours]
    const before = sentinel()
    const first = await order[0]!()
    const between = sentinel()
    const second = await order[1]!()
    results.push({
      ours: round % 2 ? first : second,
      peer: round % 2 ? second : first,
      noisy: Math.abs(before - between) / Math.min(before, between) > NOISE,
    })
    process.stderr.write(
      ` ${name} ${round + 1}/${rounds}: ours ${results.at(-1)!.ours.toFixed(1)}, peer ${results.at(-1)!.peer.toFixed(1)} ${unit}${results.at(-1)!.noisy ? ' (noisy)' : ''}\n`,
    )
  }
  const ratios = results.map((result) => (unit === 'ms' ? result.peer / result.ours : result.ours / result.peer))
  return {
    name,
    ratio: round3(median(ratios)),
    p10: round3(quantile(ratios, 0.1)),
    noisy: results.filter(({ noisy }) => noisy).length,
    rounds,
    ours: round3(median(results.map((result) => result.ours))),
    peer: round3(median(results.map((result) => result.peer))),
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
    const after = sentinel()
    if (Math.abs(before - after) / Math.min(before, after) > NOISE) noisy++
  }
  const ms = round3(median(values))
  return { name, ratio: null, p10: null, noisy, rounds, ours: ms, peer: null, unit: 'ms', ms }
}

const round3 = (value: number): number => Math.round(value * 1000) / 1000
