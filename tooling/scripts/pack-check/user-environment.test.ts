import { dirname } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { ROOT } from './root.ts'
import { runCommand } from './run-command.ts'
import { userEnvironment } from './user-environment.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

it('has the Node that runs this, whatever Node started pnpm, and nothing of the workspace or of a script', async () => {
  vi.stubEnv('PATH', `${ROOT}node_modules/.bin:/usr/bin:/bin`)
  vi.stubEnv('npm_package_name', 'rt-workspace')
  vi.stubEnv('KEPT', 'yes')
  const env = userEnvironment({ MORE: 'too' })
  expect(env).toMatchObject({ KEPT: 'yes', MORE: 'too', PATH: `${dirname(process.execPath)}:/usr/bin:/bin` })
  expect(env).not.toHaveProperty('npm_package_name')
  const { stdout } = await runCommand('node', ['--version'], { cwd: ROOT, env })
  expect(stdout.trim()).toBe(process.version)
})
