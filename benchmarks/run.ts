// pnpm bench NAME [--quick] [--json]: the contract is in benchmarks/README.md.
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import type { Metric } from './kit/compare.ts'
import { describe, failed } from './kit/describe.ts'

const BENCHMARKS: Record<
  string,
  () => Promise<{ benchmark(rounds: number, options: { quick: boolean }): Promise<Metric[]> }>
> = {
  agent: () => import('./agent.ts'),
  batch: () => import('./batch.ts'),
  call: () => import('./call.ts'),
  'cold-start': () => import('./cold-start.ts'),
  decode: () => import('./decode.ts'),
  embed: () => import('./embed.ts'),
  hybrid: () => import('./hybrid.ts'),
  ipc: () => import('./ipc.ts'),
  speculate: () => import('./speculate.ts'),
  prefix: () => import('./prefix.ts'),
  vector: () => import('./vector.ts'),
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

// What is measured is what is built: never yesterday's.
const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' }
const build = spawnSync('turbo', ['run', 'build', '--filter=@rt/runtime...', '--output-logs=errors-only'], {
  env,
  encoding: 'utf8',
})
if (build.status !== 0) {
  process.stderr.write(`${build.stdout}${build.stderr}\nerror  the build failed (above)\n`)
  process.exit(1)
}

const rounds = Number(values.rounds ?? (values.quick ? 3 : 9))
const metrics = await (await load()).benchmark(rounds, { quick: values.quick ?? false })
// The headline, the first metric, comes last: as a line to read, or as its JSON object.
const lines = values.json ? metrics.map((metric) => JSON.stringify(metric)).toReversed() : describe(metrics)
for (const line of lines) console.log(line)
if (!values.quick && metrics.some(failed)) process.exitCode = 1
