// What stands in for a Qdrant server in tests, in .cache: its Python client, for the local mode, and its engine in process.
import { spawnSync } from 'node:child_process'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './pack-check/root.ts'

/** The client's minor version is that of the server whose behaviour its local mode follows. */
const PACKAGES = ['qdrant-client==1.19.1', 'qdrant-edge-py==0.9.0']
const LIMIT_MS = 180_000

/** @returns what became of it. */
const fetchPackage = (name: string): string => {
  const folder = join(ROOT, '.cache', name.replace('==', '-'))
  if (existsSync(folder)) return 'in .cache'
  const partial = `${folder}.partial`
  rmSync(partial, { recursive: true, force: true })
  const args = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--no-input',
    '--only-binary',
    ':all:',
  ]
  const { status, error, stderr } = spawnSync('python3', [...args, '--target', partial, name], {
    encoding: 'utf8',
    timeout: LIMIT_MS,
  })
  if (status === 0) {
    renameSync(partial, folder)
    return 'fetched into .cache'
  }
  rmSync(partial, { recursive: true, force: true })
  return `not to be had, its tests are skipped: ${error?.message ?? stderr.trim().split('\n').at(-1)}`
}

for (const name of PACKAGES) console.log(`${name}: ${fetchPackage(name)}`)
