// `npx -y pnpm@12 test`: everything CI runs, in one command. Each step before the tests counts as one check.
// The last line of stdout is plain `N passed, N failed`, with `, N skipped` where something could not run.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

interface Counts {
  passed: number
  failed: number
  skipped: number
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const long = process.argv.includes('--long')
const report = `${root}.cache/vitest.json`
const env: NodeJS.ProcessEnv = {
  ...process.env,
  TURBO_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
  NO_UPDATE_NOTIFIER: '1',
}

const counts: Counts = { passed: 0, failed: 0, skipped: 0 }

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
  try {
    const result = JSON.parse(readFileSync(report, 'utf8')) as Record<string, number> & {
      testResults?: { status: string; assertionResults: unknown[] }[]
    }
    counts.passed += result['numPassedTests'] ?? 0
    counts.failed += result['numFailedTests'] ?? 0
    counts.skipped += (result['numPendingTests'] ?? 0) + (result['numTodoTests'] ?? 0)
    // A file that could not even be loaded holds no test, yet it failed.
    counts.failed += (result.testResults ?? []).filter(
      (file) => file.status === 'failed' && !file.assertionResults.length,
    ).length
  } catch {
    counts.failed++
  }
}

mkdirSync(`${root}.cache`, { recursive: true })
rmSync(report, { force: true })

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

console.log(`\n${counts.passed} passed, ${counts.failed} failed${counts.skipped ? `, ${counts.skipped} skipped` : ''}`)
process.exit(counts.failed ? 1 : 0)
