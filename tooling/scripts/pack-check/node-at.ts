import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './root.ts'
import { runCommand } from './run-command.ts'
import { userEnvironment } from './user-environment.ts'

/** The lowest version that is promised, the long-term one before the workspace's own, and the workspace's own. */
export const NODE_VERSIONS = ['22.18.0', '24.21.0', process.versions.node] as const

/** The executable of a version of Node; another than the running one is installed once into `.cache`. */
export const nodeAt = async (version: string): Promise<string> => {
  if (version === process.versions.node) return process.execPath
  const folder = join(ROOT, '.cache', `node-${version}`)
  const executable = join(folder, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(executable)) return executable
  mkdirSync(folder, { recursive: true })
  // Its own manifest, else npm would install into the workspace above it.
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  const args = ['install', `node@${version}`, '--no-audit', '--no-fund', '--loglevel=error']
  const { code, output } = await runCommand('npm', args, { cwd: folder, env: userEnvironment() })
  if (code !== 0 || !existsSync(executable))
    throw new Error(`Node ${version} could not be installed from npm:\n${output}`)
  return executable
}
