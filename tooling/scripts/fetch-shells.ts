// Puts zsh and fish into `.cache/shells/bin` where the machine has none, so that the tests can let them read what
// `rt completion` writes. Debian's packages, unpacked there and not installed; no root is needed. Where they cannot be
// had (no apt, no network) those tests are skipped, and say so.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './pack-check/root.ts'

/** A shell, and the Debian packages it takes beyond what every Debian has. */
const SHELLS = { zsh: ['zsh'], fish: ['fish', 'libpcre2-32-0'] }

const folder = join(ROOT, '.cache', 'shells')
const LIMIT_MS = 10_000

const run = (command: string, args: string[], cwd?: string): { fine: boolean; output: string } => {
  const { status, error, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: LIMIT_MS })
  return { fine: status === 0, output: (error?.message ?? stderr).trim() }
}

const works = (shell: string): boolean => run(shell, ['--version']).fine

/** With lists of packages of its own, where the machine has none and where only root may fetch them. */
const ownLists = (): string[] => {
  const options = ['Dir::State::Lists', 'Dir::Cache'].flatMap((name) => {
    const path = join(folder, 'apt', name)
    mkdirSync(join(path, 'partial'), { recursive: true })
    mkdirSync(join(path, 'archives', 'partial'), { recursive: true })
    return ['-o', `${name}=${path}`]
  })
  run('apt-get', [...options, '-qq', 'update'])
  return options
}

/** @returns why not, or undefined. */
const fetchShell = (shell: keyof typeof SHELLS): string | undefined => {
  const root = join(folder, shell)
  rmSync(root, { recursive: true, force: true })
  mkdirSync(root, { recursive: true })
  const packages = SHELLS[shell]
  let fetched = run('apt-get', ['-qq', 'download', ...packages], root)
  if (!fetched.fine && existsSync('/etc/apt'))
    fetched = run('apt-get', [...ownLists(), '-qq', 'download', ...packages], root)
  if (!fetched.fine) return fetched.output.split('\n').at(-1)
  for (const file of globSync('*.deb', { cwd: root })) run('dpkg-deb', ['-x', file, '.'], root)
  const [program] = globSync(`{usr/,}bin/${shell}`, { cwd: root })
  if (program === undefined) return `no ${shell} in the package`
  const libraries = globSync('{usr/,}lib/*-linux-*', { cwd: root }).map((path) => join(root, path))
  const file = join(folder, 'bin', shell)
  mkdirSync(join(folder, 'bin'), { recursive: true })
  writeFileSync(file, `#!/bin/sh\nLD_LIBRARY_PATH='${libraries.join(':')}' exec '${join(root, program)}' "$@"\n`)
  chmodSync(file, 0o755)
  if (works(file)) return undefined
  rmSync(file)
  return 'the unpacked one does not run here'
}

for (const shell of Object.keys(SHELLS) as (keyof typeof SHELLS)[]) {
  // First the one here, whose folder may be in PATH already.
  if (works(join(folder, 'bin', shell))) console.log(`${shell}: in .cache/shells`)
  else if (works(shell)) console.log(`${shell}: on this machine`)
  else {
    const problem = fetchShell(shell)
    console.log(
      `${shell}: ${problem ? `not to be had, its test is skipped: ${problem}` : 'fetched into .cache/shells'}`,
    )
  }
}
rmSync(join(folder, 'apt'), { recursive: true, force: true })
