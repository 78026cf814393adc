// pnpm bench NAME [--quick] [--json]: the contract is in benchmarks/README.md.
import { parseArgs } from 'node:util'
import type { Metric } from './kit/compare.ts'

const BENCHMARKS: Record<string, () => Promise<{ benchmark(rounds: number): Promise<Metric[]> }>> = {
  'cold-start': () => import('./cold-start.ts'),
  decode: () => import('./decode.ts'),
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean' }, json: { type: 'boolean' }, rounds: { type: 'string' } },
})
const load = BENCHMARKS[positionals[0] ?? '']
if (!load) {
  process.stderr.write(`pnpm bench NAME [--quick] [--json]\nNames: ${Object.keys(BENCHMARKS).join(', ')}\n`)
  process.exit(2)
}

const rounds = Number(values.rounds ?? (values.quick ? 3 : 9))
const metrics = await (await load()).benchmark(rounds)
for (const metric of metrics) console.log(values.json ? JSON.stringify(metric) : line(metric))
const headline = metrics[0]!
console.log(
  `${headline.name}: ${headline.ratio === null ? `${headline.ms} ms` : `${headline.ratio}x of its peer`}` +
    `${headline.target ? ` (target ${headline.target})` : ''}${metrics.some(isVoid) ? ' VOID: more than a third of the rounds were noisy' : ''}`,
)

function line({ name, ratio, p10, noisy, rounds: all, ours, peer, unit }: Metric): string {
  const figures =
    ratio === null ? `${ours} ms` : `ratio ${ratio}  p10 ${p10}  ours ${ours} ${unit}  peer ${peer} ${unit}`
  return `${name.padEnd(24)} ${figures}  noisy ${noisy}/${all}`
}

function isVoid({ noisy, rounds: all }: Metric): boolean {
  return noisy > all / 3
}
