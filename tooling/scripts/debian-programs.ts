import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './pack-check/root.ts'

const LIMIT_MS = 20_000

/**
 * Puts programs into `.cache/<name>/bin` where the machine has none: packages of Debian, unpacked there and not installed;
 * no root is needed. Says of each what became of it, and why where it cannot be had (no apt, no network).
 *
 * @param without what follows for a program that cannot be had.
 */
export const debianPrograms = (name: string, programs: readonly string[], without: string): void => {
  const folder = join(ROOT, '.cache', name)
  for (const program of programs) {
    // First the one here, whose folder may be in PATH already.
    if (works(join(folder, 'bin', program))) console.log(`${program}: in .cache/${name}`)
    else if (works(program)) console.log(`${program}: on this machine`)
    else {
      const problem = fetchProgram(folder, program)
      console.log(`${program}: ${problem ? `not to be had, ${without}: ${problem}` : `fetched into .cache/${name}`}`)
    }
  }
  rmSync(join(folder, 'apt'), { recursive: true, force: true })
}

interface Ran {
  fine: boolean
  output: string
  problem: string
}

const run = (command: string, args: string[], cwd?: string): Ran => {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: LIMIT_MS })
  const problem = (error?.message ?? stderr).trim().split('\n').at(-1)!
  return { fine: status === 0, output: stdout ?? '', problem }
}

const works = (program: string): boolean => run(program, ['--version']).fine

/** With lists of packages of its own, where the machine has none and where only root may fetch them. */
const ownLists = (folder: string): string[] => {
  const options = ['Dir::State::Lists', 'Dir::Cache'].flatMap((name) => {
    const path = join(folder, 'apt', name)
    mkdirSync(join(path, 'partial'), { recursive: true })
    mkdirSync(join(path, 'archives', 'partial'), { recursive: true })
    return ['-o', `${name}=${path}`]
  })
  run('apt-get', [...options, '-qq', 'update'])
  return options
}

/** The package of a program with all of its dependencies that this machine lacks, into `root`. */
const download = (program: string, root: string, options: string[]): Ran => {
  const install = ['--print-uris', '--no-install-recommends', 'install', program]
  const plan = run('apt-get', [...options, '-qq', ...install])
  if (!plan.fine) return plan
  const packages = Array.from(plan.output.matchAll(/^'[^']*' ([^_\s]+)_/gm), ([, name]) => name!)
  return run('apt-get', [...options, '-qq', 'download', program, ...packages.filter((name) => name !== program)], root)
}

/** @returns why not, or undefined. */
const fetchProgram = (folder: string, program: string): string | undefined => {
  const root = join(folder, program)
  rmSync(root, { recursive: true, force: true })
  mkdirSync(root, { recursive: true })
  let fetched = download(program, root, [])
  if (!fetched.fine && existsSync('/etc/apt')) fetched = download(program, root, ownLists(folder))
  if (!fetched.fine) return fetched.problem
  for (const file of globSync('*.deb', { cwd: root })) run('dpkg-deb', ['-x', file, '.'], root)
  const [found] = globSync(`{usr/,}bin/${program}`, { cwd: root })
  if (found === undefined) return `no ${program} in the package`
  const libraries = globSync('{usr/,}lib/*-linux-*', { cwd: root }).map((path) => join(root, path))
  const file = join(folder, 'bin', program)
  mkdirSync(join(folder, 'bin'), { recursive: true })
  writeFileSync(file, `#!/bin/sh\nLD_LIBRARY_PATH='${libraries.join(':')}' exec '${join(root, found)}' "$@"\n`)
  chmodSync(file, 0o755)
  if (works(file)) return undefined
  rmSync(file)
  return 'the unpacked one does not run here'
}
