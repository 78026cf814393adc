// `npx -y pnpm@12 start`: builds what changed, then hands over to `rt demo`, the same command an installed rt has.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' }

if (!existsSync(`${root}apps/runtime/dist/cli/rt.cjs`))
  process.stderr.write(' build    the packages, once: about ten seconds\n')
const build = spawnSync('turbo', ['run', 'build', '--filter=@rt/runtime...', '--output-logs=errors-only'], {
  cwd: root,
  env,
  encoding: 'utf8',
})
if (build.status !== 0) {
  process.stderr.write(
    `${build.stdout}${build.stderr}\nerror  the build failed (above). Try again with: npx -y pnpm@12 build\n`,
  )
  process.exit(1)
}

const arguments_ = ['apps/runtime/dist/cli/rt.cjs', 'demo', 'examples/handbook', ...process.argv.slice(2)]
const child = spawn(process.execPath, arguments_, {
  cwd: root,
  // What the demo tells a person to type next.
  env: { ...env, RT_COMMAND: 'npx -y pnpm@12 run rt' },
  stdio: 'inherit',
})
// Ctrl-C reaches the whole terminal group: rt ends by itself, and we report how.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => child.kill('SIGTERM'))
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
