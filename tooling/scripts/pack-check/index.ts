// `pnpm pack:check [--long]`: packs every package, installs the tarballs with npm in empty projects outside the
// workspace, and runs a program in each, under every version of Node. `--long`: both measurements. What was skipped, and
// why, is also written to `.cache/pack-check.json`, for whoever counts.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkConsumer } from './check-consumer.ts'
import { CONSUMERS } from './consumers.ts'
import { cudaOutage } from './cuda-outage.ts'
import { measureInstall, RUNTIME_MEGABYTES } from './measure-install.ts'
import { NODE_VERSIONS, nodeAt } from './node-at.ts'
import { packAll } from './pack-all.ts'
import { Report } from './report.ts'
import { ROOT } from './root.ts'

const long = process.argv.includes('--long')
const report = new Report()
const folder = mkdtempSync(join(tmpdir(), 'rt-pack-check-'))
const started = performance.now()

const measure = async (skipCuda: boolean): Promise<void> => {
  const result = await measureInstall(tarballs, { skipCuda })
  const { megabytes, seconds, code, output } = result
  const title = `npm install @rt/runtime${skipCuda ? '' : ', CUDA too'}`
  const outage = skipCuda ? undefined : cudaOutage(result)
  if (outage !== undefined) return report.skip(title, outage)
  const problems = code === 0 ? [] : [output]
  if (megabytes > RUNTIME_MEGABYTES) problems.push(`more than the ${RUNTIME_MEGABYTES} MB that were promised`)
  const variable = skipCuda ? 'ONNXRUNTIME_NODE_INSTALL=skip' : 'without the variable'
  report.add(title, problems, `${megabytes.toFixed(0)} MB, ${seconds.toFixed(1)} s, ${variable}`)
}

const typesOfNode = /'@types\/node': (\S+)/.exec(readFileSync(join(ROOT, 'pnpm-workspace.yaml'), 'utf8'))?.[1] ?? '*'
const tarballs = await packAll()
report.add('packed', [], Object.keys(tarballs).join(' '))
// Before anything else runs, so that the seconds are those of one install.
await measure(true)
if (long) await measure(false)
for (const version of NODE_VERSIONS) await nodeAt(version)

/** Two at a time: installs wait for the network, programs for the processor. */
const waiting = CONSUMERS.map((consumer) => async (): Promise<void> => {
  const project = join(folder, consumer.name)
  mkdirSync(project)
  await checkConsumer(consumer, { folder: project, tarballs, typesOfNode, long, report })
})
const work = async (): Promise<void> => {
  for (let next = waiting.shift(); next; next = waiting.shift()) await next()
}
try {
  await Promise.all([work(), work()])
} finally {
  rmSync(folder, { recursive: true, force: true })
}
const { failed, skipped } = report
writeFileSync(join(ROOT, '.cache', 'pack-check.json'), JSON.stringify({ skipped }))
console.log(
  `  ${failed ? `${failed} failed` : 'all well'}${skipped.length ? `, ${skipped.length} skipped` : ''}, ${((performance.now() - started) / 1000).toFixed(0)} s`,
)
process.exit(failed ? 1 : 0)
