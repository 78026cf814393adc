import { clusteredSet } from './data/data-set.ts'
import { type Metric, toMetric } from './kit/compare.ts'
import { interleave } from './kit/interleave.ts'
import { machine, metricsTable, writeResults } from './kit/results.ts'
import { startArms } from './kit/start-arm.ts'
import { round3 } from './kit/statistics.ts'

const PEERS = { byHand: 'by hand', lance: 'LanceDB' } as const

/** Words and vectors together: our store against FTS5 and usearch in plain code, and LanceDB. */
export const benchmark = async (rounds: number, { quick }: { quick: boolean }): Promise<Metric[]> => {
  const set = clusteredSet({ count: quick ? 5000 : 20_000, dimensions: 384, queries: 200 })
  const args = [JSON.stringify(set)]
  // It warns at every search.
  process.env['LANCEDB_LOG'] ??= 'error'
  const [ours, byHand, lance] = await startArms([
    ['hybrid/rt.ts', args],
    ['hybrid/by-hand.ts', args],
    ['hybrid/lancedb.ts', args],
  ])
  const arms = { ours, byHand, lance }
  try {
    const measure = async (what: string) =>
      interleave(rounds, {
        ours: async () => Number(await ours.ask(what)),
        byHand: async () => Number(await byHand.ask(what)),
        lance: async () => Number(await lance.ask(what)),
      })
    const [latencies, rates] = [await measure('latency'), await measure('rate')]
    const p99 = { ours: 0, byHand: 0, lance: 0 }
    for (const name of ['ours', 'byHand', 'lance'] as const) p99[name] = round3(Number(await arms[name].ask('p99')))
    const metrics = (['byHand', 'lance'] as const).flatMap((peer): Metric[] => {
      const name = `hybrid, ${PEERS[peer]}`
      const median = toMetric(latencies, 'ours', peer, { name: `${name}: p50`, unit: 'ms' })
      const tail = round3(p99[peer] / p99.ours)
      return [
        median,
        { ...median, name: `${name}: p99`, ratio: tail, p10: tail, ours: p99.ours, peer: p99[peer] },
        toMetric(rates, 'ours', peer, { name: `${name}: 8 in flight`, unit: 'q/s' }),
      ]
    })
    const facts = `${set.count} texts of 8 to 30 words with vectors of ${set.dimensions} numbers, 10 hits, ${rounds} rounds.`
    writeResults('hybrid', quick, {
      md: `# \`pnpm bench hybrid\`\n\n${machine()}. ${facts} Made by the benchmark, not by hand.\n\n${metricsTable(metrics)}\n`,
      json: `${JSON.stringify({ machine: machine(), rounds, quick, metrics }, null, 2)}\n`,
    })
    return metrics
  } finally {
    for (const { child } of Object.values(arms)) child.kill('SIGTERM')
  }
}
