// The Python package `qdrant-client` with its dependencies, in .cache: its local mode stands in for a Qdrant server in tests.
import { spawnSync } from 'node:child_process'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './pack-check/root.ts'

/** The client's minor version is the server's whose behaviour the local mode follows. */
const PACKAGE = 'qdrant-client==1.19.1'
const LIMIT_MS = 180_000

const folder = join(ROOT, '.cache', PACKAGE.replace('==', '-'))
if (existsSync(folder)) console.log(`${PACKAGE}: in .cache`)
else {
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
  const { status, error, stderr } = spawnSync('python3', [...args, '--target', partial, PACKAGE], {
    encoding: 'utf8',
    timeout: LIMIT_MS,
  })
  if (status === 0) renameSync(partial, folder)
  const problem = error?.message ?? stderr.trim().split('\n').at(-1)
  console.log(
    `${PACKAGE}: ${status === 0 ? 'fetched into .cache' : `not to be had, the tests of the Qdrant store are skipped: ${problem}`}`,
  )
}
