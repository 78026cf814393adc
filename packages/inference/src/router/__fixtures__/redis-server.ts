import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Unpacked with `apt-get download redis-server redis-tools liblzf1 libjemalloc2`, then `dpkg -x`: nothing is installed. */
const UNPACKED = fileURLToPath(new URL('../../../../../.cache/redis/usr/', import.meta.url))
const LIBRARIES = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map((folder) => join(UNPACKED, 'lib', folder)).join(':')

/** The program, of this machine or unpacked; undefined when there is none. */
export const findRedisServer = (): string | undefined =>
  [join(UNPACKED, 'bin/redis-server'), 'redis-server'].find(
    (program) =>
      (program === 'redis-server' || existsSync(program)) &&
      spawnSync(program, ['--version'], { env: environment() }).status === 0,
  )

/** A server on a socket that keeps nothing, ready to be asked. */
export const startRedisServer = async (program: string, socket: string): Promise<ChildProcess> => {
  const options = ['--port', '0', '--unixsocket', socket, '--save', '', '--appendonly', 'no']
  const server = spawn(program, options, { env: environment(), stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise<void>((resolve, reject) => {
    server.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)))
    server.stdout.on('data', (text: Buffer) => {
      if (/ready to accept/i.test(text.toString())) resolve()
    })
  })
  return server
}

const environment = (): NodeJS.ProcessEnv => ({ ...process.env, LD_LIBRARY_PATH: LIBRARIES })
