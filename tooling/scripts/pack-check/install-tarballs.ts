import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packAll } from './pack-all.ts'
import { ROOT } from './root.ts'
import { runCommand, type RunResult } from './run-command.ts'
import { userEnvironment } from './user-environment.ts'

export interface InstallOptions {
  /** What `packAll` returned; default: packed now. */
  tarballs?: Record<string, string>
  /** Further dependencies, name to version. */
  dependencies?: Record<string, string>
  /** Run install scripts. Default false: what rt needs must work without them. */
  scripts?: boolean
  env?: NodeJS.ProcessEnv
  timeoutMs?: number
}

/** Shared by all installs, so that each file is fetched once. */
const CACHE = join(ROOT, '.cache', 'npm')

/**
 * `npm install NAMES` in a folder outside the workspace, from packed tarballs instead of a registry. A package.json that
 * is there already is kept and added to. The other @rt packages come from their tarballs as well, by `overrides`.
 */
export const installTarballs = async (
  folder: string,
  names: string[],
  { tarballs, dependencies = {}, scripts = false, env, timeoutMs }: InstallOptions = {},
): Promise<RunResult> => {
  const files = Object.fromEntries(
    Object.entries(tarballs ?? (await packAll())).map(([name, path]) => [name, `file:${path}`]),
  )
  const unknown = names.filter((name) => !files[name])
  if (unknown.length)
    throw new Error(`there is no package ${unknown.join(', ')}; there are ${Object.keys(files).join(', ')}`)
  mkdirSync(folder, { recursive: true })
  const manifest = readManifest(folder)
  const direct = { ...manifest.dependencies, ...dependencies, ...pick(files, (name) => names.includes(name)) }
  // npm refuses an override that differs from a direct dependency: those are tarballs already.
  for (const name of Object.keys(direct)) if (files[name]) direct[name] = files[name]
  const overrides = { ...manifest.overrides, ...pick(files, (name) => !(name in direct)) }
  const text = JSON.stringify({ private: true, type: 'module', ...manifest, dependencies: direct, overrides }, null, 2)
  writeFileSync(join(folder, 'package.json'), `${text}\n`)
  const flags = [
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    `--cache=${CACHE}`,
    ...(scripts ? [] : ['--ignore-scripts']),
  ]
  return await runCommand('npm', ['install', ...flags], {
    cwd: folder,
    env: userEnvironment(env),
    ...(timeoutMs && { timeoutMs }),
  })
}

interface Manifest {
  dependencies?: Record<string, string>
  overrides?: Record<string, string>
}

const readManifest = (folder: string): Manifest => {
  const file = join(folder, 'package.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Manifest) : {}
}

const pick = (record: Record<string, string>, wanted: (name: string) => boolean): Record<string, string> =>
  Object.fromEntries(Object.entries(record).filter(([name]) => wanted(name)))
