// Compiles hnswlib-node, which comes as C++ alone, for the tests and benchmarks of this workspace: once for a machine, in
// half a minute. It is a step of its own, so that no compiler error stands in the first output a person sees. Without a
// compiler its tests are skipped (with CI=1 they fail).
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { arch, platform } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { ROOT } from './pack-check/root.ts'

const LIMIT_MS = 600_000

const folder = dirname(createRequire(join(ROOT, 'packages/vector/package.json')).resolve('hnswlib-node/package.json'))
const stamp = join(folder, 'build', 'rt-stamp.json')

/**
 * For this very machine: without it hnswlib has no AVX and searches half as fast, which would make our comparison with it
 * worthless. What is compiled so never leaves the workspace; on another processor the stamp differs, and it is built anew.
 */
const flags = platform() === 'linux' && arch() === 'x64' ? '-O3 -march=native' : '-O3'

const processor = (): string => {
  const file = '/proc/cpuinfo'
  const features = existsSync(file) ? (/^(?:flags|Features)\s*:.*$/m.exec(readFileSync(file, 'utf8'))?.[0] ?? '') : ''
  return createHash('sha256').update(features).digest('hex').slice(0, 16)
}

const wanted = JSON.stringify({ flags, processor: processor(), platform: platform(), arch: arch() })

const loads = (): boolean =>
  spawnSync(process.execPath, ['-e', `require(${JSON.stringify(folder)})`], { stdio: 'ignore' }).status === 0

/** node-gyp comes with npm. */
const nodeGyp = (): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((path) => join(path, platform() === 'win32' ? 'npm.cmd' : 'npm'))
    .filter((path) => existsSync(path))
    .flatMap((path) => [join(dirname(realpathSync(path)), '..'), join(dirname(path), 'node_modules', 'npm')])
    .map((npm) => join(npm, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js'))
    .find((path) => existsSync(path))

/**
 * A folder with `include/node`. Any version of Node will do, since the interface used (Node-API) is the same in all. The
 * package `node` has one where its install script ran; pnpm's copies of an installed one have not.
 */
const headers = (): string | undefined => {
  const packaged = `node_modules/node/node_modules/node-*`
  const found = [packaged, `.cache/node-*/${packaged}`].flatMap((pattern) => globSync(pattern, { cwd: ROOT }))
  return [...found.map((path) => join(ROOT, path)), join(dirname(process.execPath), '..'), '/usr', '/usr/local'].find(
    (path) => existsSync(join(path, 'include', 'node', 'node_api.h')),
  )
}

/** From the registry of npm, into `.cache`: the package of this Node's binary has them. */
const fetchHeaders = (): string | undefined => {
  const target = join(ROOT, '.cache', 'node-headers')
  const system = platform() === 'win32' ? 'win' : platform()
  const name = `${system === 'darwin' && arch() === 'arm64' ? 'node-bin' : 'node'}-${system}-${arch()}`
  mkdirSync(target, { recursive: true })
  // Its own manifest, else npm would install into the workspace above it.
  writeFileSync(join(target, 'package.json'), '{ "private": true }\n')
  const spec = `${name}@${process.versions.node}`
  spawnSync('npm', ['install', spec, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: target,
    stdio: 'ignore',
    timeout: LIMIT_MS,
  })
  const path = join(target, 'node_modules', name)
  return existsSync(join(path, 'include', 'node', 'node_api.h')) ? path : undefined
}

/** @returns why not, or undefined. */
const build = (): string | undefined => {
  const gyp = nodeGyp()
  if (gyp === undefined) return 'no npm with node-gyp in PATH'
  const nodedir = headers() ?? fetchHeaders()
  if (nodedir === undefined) return 'no headers of Node here, and none could be fetched from npm'
  const { status, error, stdout, stderr } = spawnSync(process.execPath, [gyp, 'rebuild'], {
    cwd: folder,
    env: { ...process.env, npm_config_nodedir: nodedir, CXXFLAGS: flags },
    encoding: 'utf8',
    timeout: LIMIT_MS,
  })
  if (status === 0 && loads()) return undefined
  const lines = `${stdout ?? ''}\n${stderr ?? ''}`.split('\n').filter((line) => /error|not found|ERR! /i.test(line))
  return error?.message ?? ([...new Set(lines)].slice(0, 5).join('\n  ') || 'the addon does not load')
}

const built = existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted && loads()
const problem = built ? undefined : build()
if (!built && problem === undefined) writeFileSync(stamp, wanted)
console.log(
  problem === undefined
    ? `hnswlib-node: compiled${built ? ' before' : ` with ${flags}`}`
    : `hnswlib-node: not compiled, its tests are skipped:\n  ${problem}`,
)
