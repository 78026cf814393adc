// `pnpm run rt …`: the command from its sources, so that a change is tried without a build.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const entry = fileURLToPath(new URL('../../apps/runtime/src/cli/rt.ts', import.meta.url))
const child = spawn(process.execPath, ['--conditions=@rt/source', entry, ...process.argv.slice(2)], {
  stdio: 'inherit',
})
process.on('SIGINT', () => {})
process.on('SIGTERM', () => child.kill('SIGTERM'))
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
