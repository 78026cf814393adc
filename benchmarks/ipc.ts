import type { Metric } from './kit/compare.ts'
import { toMetric } from './kit/compare.ts'
import { interleave } from './kit/interleave.ts'
import { startArm } from './kit/start-arm.ts'
import { median, quantile, round3 } from './kit/statistics.ts'

/** Microseconds that the channel may take of a token. */
const MOST = 60

/** What a token costs more through the engine hosts' channel than read from the same function in the same process. */
export const benchmark = async (rounds: number): Promise<Metric[]> => {
  const [host, inProcess] = await Promise.all([startArm('ipc.ts', ['host']), startArm('ipc.ts', ['in-process'])])
  try {
    const results = await interleave(rounds, { host: host.round, inProcess: inProcess.round })
    const naming = { name: 'ipc whole token', unit: 'us' } as const
    const whole = toMetric(results, 'host', 'inProcess', naming)
    const cpu = (await Promise.all([host.ask('cpu'), inProcess.ask('cpu')])) as [number[], number[]]
    const over = (one: number[], other: number[]): number[] => one.map((value, i) => Math.max(0.001, value - other[i]!))
    const wall = over(
      results.map((round) => round.host.value),
      results.map((round) => round.inProcess.value),
    )
    return [
      { ...whole, name: 'ipc', ...budget(wall), target: 1 },
      { ...whole, name: 'ipc processor time', ...budget(over(...cpu)) },
      whole,
    ]
  } finally {
    for (const { child } of [host, inProcess]) child.kill('SIGTERM')
  }
}

/** How often what was measured fits into what it may take. */
const budget = (us: number[]): Pick<Metric, 'ratio' | 'p10' | 'ours' | 'peer'> => ({
  ratio: round3(median(us.map((one) => MOST / one))),
  p10: round3(
    quantile(
      us.map((one) => MOST / one),
      0.1,
    ),
  ),
  ours: round3(median(us)),
  peer: MOST,
})
