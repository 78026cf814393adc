// `npx -y pnpm@12 test`: everything CI runs, in one command. Each step before the tests counts as one check.
// The last line of stdout is plain `N passed, N failed`, with `, N skipped` where something could not run; a line each above
// it says what, and why.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { delimiter } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readVitestReport } from './read-vitest-report.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const long = process.argv.includes('--long')
const report = `${root}.cache/vitest.json`
const packReport = `${root}.cache/pack-check.json`
const env: NodeJS.ProcessEnv = {
  ...process.env,
  TURBO_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
  NO_UPDATE_NOTIFIER: '1',
  // Programs that the machine lacks; its own come first.
  PATH: [process.env['PATH'], ...['shells', 'redis'].map((name) => `${root}.cache/${name}/bin`)].join(delimiter),
}

const counts = { passed: 0, failed: 0 }
const skipped: string[] = []

/** Runs a command to its end; its output stays visible, so that a failure can be read in a log. */
const run = (title: string, command: string, args: string[]): boolean => {
  const started = performance.now()
  console.log(`\n── ${title}: ${command} ${args.join(' ')}`)
  const { status } = spawnSync(command, args, { cwd: root, env, stdio: 'inherit' })
  console.log(
    `── ${title}: ${status === 0 ? 'ok' : 'FAILED'} in ${((performance.now() - started) / 1000).toFixed(1)} s`,
  )
  return status === 0
}

const check = (title: string, command: string, args: string[]): void => {
  counts[run(title, command, args) ? 'passed' : 'failed']++
}

const addTests = (): void => {
  const tests = readVitestReport(report)
  counts.passed += tests.passed
  counts.failed += tests.failed
  skipped.push(...tests.skipped)
}

/** What the check of the packages wrote; nothing when it did not get that far, which is a failure already. */
const addSkippedPacks = (): void => {
  if (!existsSync(packReport)) return
  skipped.push(...(JSON.parse(readFileSync(packReport, 'utf8')) as { skipped: string[] }).skipped)
}

mkdirSync(`${root}.cache`, { recursive: true })
for (const file of [report, packReport]) rmSync(file, { force: true })

check('build', 'turbo', ['run', 'build', '--output-logs=errors-only'])
check('types', 'turbo', ['run', 'check', '--output-logs=errors-only'])
check('types of the tooling', 'tsc', ['-p', 'tsconfig.json'])
check('lint', 'oxlint', ['--type-aware', '--deny-warnings'])
check('format', 'oxfmt', ['--check'])
check('manifests', 'sherif', ['--fail-on-warnings', '--ignore-rule', 'packages-without-package-json'])
check('unused code', 'knip', ['--no-progress'])
check('tarballs', process.execPath, ['tooling/scripts/check-tarballs.ts'])
check('models', process.execPath, ['--conditions=@rt/source', 'tooling/scripts/fetch-models.ts'])
check('packages outside the workspace', process.execPath, [
  'tooling/scripts/pack-check/index.ts',
  ...(long ? ['--long'] : []),
])
addSkippedPacks()
// Not counted: without them tests are skipped, and that is counted.
run('hnswlib', process.execPath, ['tooling/scripts/build-hnswlib.ts'])
for (const name of ['qdrant-client', ...(long ? [] : ['shells', 'redis'])])
  run(name, process.execPath, [`tooling/scripts/fetch-${name}.ts`])

const projects = long ? ['long', 'quality'] : ['hermetic', 'model', 'service']
const tested = run('tests', 'vitest', [
  'run',
  ...projects.flatMap((project) => ['--project', project]),
  ...(long ? ['--passWithNoTests'] : []),
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
])
addTests()
if (!tested && counts.failed === 0) counts.failed++

console.log('')
for (const line of skipped) console.log(`skipped  ${line}`)
console.log(`${counts.passed} passed, ${counts.failed} failed${skipped.length ? `, ${skipped.length} skipped` : ''}`)
process.exit(counts.failed ? 1 : 0)
