import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** `node tooling/scripts/fetch-redis.ts` puts it there where the machine has none. */
const FETCHED = fileURLToPath(new URL('../../../../../.cache/redis/bin/redis-server', import.meta.url))

/** The program; undefined when there is none. */
export const findRedisServer = (): string | undefined =>
  ['redis-server', FETCHED].find((program) => spawnSync(program, ['--version']).status === 0)

export interface RedisServer extends AsyncDisposable {
  /** Its address for clients on this machine. */
  readonly socket: string
  readonly process: ChildProcess
}

/** A server on a socket of its own that keeps nothing, ready to be asked. */
export const startRedisServer = async (program: string, ...more: string[]): Promise<RedisServer> => {
  const folder = mkdtempSync(join(tmpdir(), 'rt-redis-'))
  const socket = join(folder, 'redis.sock')
  const options = ['--port', '0', '--unixsocket', socket, '--save', '', '--appendonly', 'no', '--dir', folder, ...more]
  const child = spawn(program, options, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)))
    child.stdout.on('data', (text: Buffer) => {
      if (/ready to accept/i.test(text.toString())) resolve()
    })
  })
  return {
    socket,
    process: child,
    async [Symbol.asyncDispose]() {
      // It may be stopped.
      child.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
