// `pnpm run rt …`: the command from its sources, so that a change is tried without a build.
import { spawn } from 'node:child_process'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const entry = fileURLToPath(new URL('../../apps/runtime/src/cli/rt.ts', import.meta.url))
const root = fileURLToPath(new URL('../..', import.meta.url))
const outside = relative(root, process.env['INIT_CWD'] ?? root).startsWith('..')
const child = spawn(process.execPath, ['--conditions=@rt/source', entry, ...process.argv.slice(2)], {
  // Paths mean the folder the person stands in, not the one pnpm changes to.
  cwd: process.env['INIT_CWD'],
  // Outside this repository it was called through the alias that README gives.
  env: { ...process.env, RT_COMMAND: outside ? 'rt' : 'npx -y pnpm@12 run rt', RT_WORKSPACE: root },
  stdio: 'inherit',
})
process.on('SIGINT', () => {})
process.on('SIGTERM', () => child.kill('SIGTERM'))
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
