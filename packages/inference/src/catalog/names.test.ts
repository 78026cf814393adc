import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { number, text, writeGguf } from '../driver-kit/gguf/__fixtures__/write-gguf.ts'
import { createFakeMachine, type FakeMachine, makeEntry, makeFile } from './__fixtures__/fake-machine.ts'
import { createCatalog } from './catalog.ts'
import type { Catalog, CatalogEntry, CatalogFile } from './types.ts'

// What people call models: further names, descriptions, recommendations, and what was meant by a wrong name.
const HF = 'hf:owner/repo/model.gguf'
const gguf = makeFile(0)
gguf.bytes = writeGguf({
  metadata: [
    ['general.architecture', text('llama')],
    ['llama.context_length', number(2048)],
    ['tokenizer.chat_template', text('{{ messages }}')],
  ],
  tensors: [{ name: 'w', dimensions: [64], type: 0, offset: 0 }],
  data: 256,
})

let machine: FakeMachine
let catalog: Catalog
beforeEach(async () => {
  machine = await createFakeMachine()
  catalog = open()
  await machine.put('.cache/rt/models/tiny-1b/model.gguf', gguf.bytes)
})
afterEach(() => machine[Symbol.asyncDispose]())

const { pin } = await (async () => {
  const { createHash } = await import('node:crypto')
  const sha256 = createHash('sha256').update(gguf.bytes).digest('hex')
  return { pin: { bytes: gguf.bytes.length, sha256 } }
})()
const file: CatalogFile = { role: 'model', name: 'model.gguf', sources: [HF], ...pin }
const other: CatalogFile = {
  role: 'model',
  name: 'other.gguf',
  sources: [HF],
  ...makeFile(10).pin,
  bytes: 1_900_000_000,
}
const ENTRIES: CatalogEntry[] = [
  makeEntry([file]),
  makeEntry([other], { name: 'tinny:3b', aliases: ['tinny'] }),
  makeEntry([{ ...other, bytes: 35_000_000 }], { name: 'vectors', aliases: [], kind: 'embed', engine: 'onnx' }),
]
const open = (): Catalog => createCatalog({ home: machine.home, env: machine.env, entries: ENTRIES })

describe('further names', () => {
  it('lead to the model everywhere, cost no bytes and are kept', async () => {
    expect(await catalog.copy('tiny', 'Mine')).toEqual({ name: 'mine', model: 'tiny:1b' })
    expect(await catalog.copy('mine', 'mine:v2')).toEqual({ name: 'mine:v2', model: 'tiny:1b' })
    const again = open()
    expect(again.find('MINE')?.name).toBe('tiny:1b')
    expect((await again.locate('mine:latest'))?.entry.name).toBe('tiny:1b')
    expect((await again.ensure('mine:v2')).files).toEqual((await again.ensure('tiny')).files)
    expect(await again.installed()).toMatchObject([{ entry: { name: 'tiny:1b' }, names: ['mine', 'mine:v2'] }])
    expect(again.list()[0]!.aliases).toEqual(['tiny', 'mine', 'mine:v2'])
    expect(JSON.parse(await readFile(join(machine.folder, 'aliases.json'), 'utf8'))).toEqual({
      mine: 'tiny:1b',
      'mine:v2': 'tiny:1b',
    })
    expect((await readdir(machine.folder)).filter((name) => !name.startsWith('.'))).toEqual(['aliases.json', 'tiny-1b'])
  })

  it('cannot take a name of the catalog, or one that another model has', async () => {
    for (const name of ['tiny:1b', 'TINNY', 'tinny:latest'])
      await expect(catalog.copy('tiny', name)).rejects.toMatchObject({ code: 'conflict' })
    const path = await machine.put('my.gguf', gguf.bytes)
    await catalog.copy('tiny', 'mine')
    await catalog.copy('tiny', 'mine')
    await expect(catalog.copy(path, 'mine', { references: true })).rejects.toMatchObject({
      code: 'conflict',
      message: '"mine" is already a name of tiny:1b.',
      hint: 'Take it away first: rt rm mine',
    })
  })

  it.each([
    '',
    'a b',
    '../x',
    'a/b',
    'x.gguf',
    'hf:owner/repo/x.gguf',
    'con',
    '-x',
    'a:b:c',
    '__proto__',
    'x'.repeat(300),
    '\u001B[31m',
  ])('cannot be %j, and say what they can be', async (name) => {
    await expect(catalog.copy('tiny', name)).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('cannot be the name of a model'),
      hint: expect.stringContaining('letters, digits, dots, dashes and underscores'),
    })
    expect(await readdir(machine.folder)).toEqual(['tiny-1b'])
  })

  it('are for models that are here', async () => {
    await expect(catalog.copy('tinny', 'mine')).rejects.toMatchObject({
      code: 'not_found',
      message: 'tinny:3b is not installed.',
      hint: 'Fetch it first: rt pull tinny:3b',
    })
    await expect(catalog.copy('tniy', 'mine')).rejects.toMatchObject({ code: 'model_not_found' })
    await expect(catalog.copy('/no/such.gguf', 'mine', { references: true })).rejects.toMatchObject({
      code: 'model_not_found',
    })
    await expect(catalog.copy(HF, 'mine')).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it('may stand for a reference or a file: who asks by that name need not be allowed to name those', async () => {
    const path = await machine.put('my model.gguf', gguf.bytes)
    await catalog.copy(path, 'mine', { references: true })
    expect((await catalog.locate('mine'))?.files.model).toBe(path)
    expect((await catalog.installed()).at(-1)).toMatchObject({
      names: ['mine'],
      bytes: gguf.bytes.length,
      owned: false,
    })
    machine.hub.set('owner/repo/resolve/main/model.gguf', { bytes: gguf.bytes })
    await catalog.ensure(HF, { references: true })
    await catalog.copy(HF, 'theirs', { references: true })
    expect((await catalog.ensure('theirs')).entry.name).toBe(HF)
    await expect(catalog.locate(HF)).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it('are taken away alone, before the model itself', async () => {
    await catalog.copy('tiny', 'mine')
    await expect(catalog.remove('tiny')).rejects.toMatchObject({
      code: 'conflict',
      hint: 'Take that name away first: rt rm mine',
    })
    expect(await catalog.remove('Mine')).toEqual({ name: 'mine', bytes: 0, aliasOf: 'tiny:1b' })
    expect(await catalog.locate('tiny')).toBeDefined()
    await expect(catalog.remove('mine')).rejects.toMatchObject({ code: 'model_not_found' })
    expect(await catalog.remove('tiny')).toMatchObject({ name: 'tiny:1b', bytes: gguf.bytes.length })
    await expect(catalog.remove('/some/file.gguf', { references: true })).rejects.toMatchObject({ code: 'unsupported' })
  })

  it('given at the same time are all kept', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => catalog.copy('tiny', `mine-${i}`)))
    expect((await open().installed())[0]!.names).toHaveLength(20)
  })

  it.each(['{', '[]', '{"a b": "tiny:1b"}', '{"mine": 1}', '{"a/b": "tiny:1b"}'])(
    'from a damaged file (%s) lead nowhere, and do not hide the models',
    async (damaged) => {
      await writeFile(join(machine.folder, 'aliases.json'), damaged)
      await expect(catalog.locate('mine')).rejects.toMatchObject({
        code: 'config_invalid',
        message: expect.stringContaining('aliases.json'),
      })
      await expect(catalog.copy('tiny', 'mine')).rejects.toMatchObject({ code: 'config_invalid' })
      expect(await readFile(join(machine.folder, 'aliases.json'), 'utf8')).toBe(damaged)
      expect(await catalog.locate('tiny')).toBeDefined()
      expect(await catalog.installed()).toHaveLength(1)
    },
  )
})

describe('describe', () => {
  it('says what a model is, from the table, the disk and the file', async () => {
    await catalog.copy('tiny', 'mine')
    expect(await catalog.describe('mine')).toMatchObject({
      aliasOf: 'tiny:1b',
      bytes: gguf.bytes.length,
      entry: { name: 'tiny:1b', kind: 'chat' },
      installed: { names: ['mine'], owned: true },
      gguf: {
        architecture: 'llama',
        parameters: 64,
        quantization: 'F32',
        contextTokens: 2048,
        templateHash: expect.any(String),
      },
    })
    const absent = await catalog.describe('tinny')
    expect(absent).toMatchObject({ entry: { name: 'tinny:3b' }, bytes: 1_900_000_000 })
    expect(Object.keys(absent).toSorted()).toEqual(['bytes', 'entry'])
  })

  it('reads a file that is pointed at, and says when it is damaged', async () => {
    const good = await machine.put('good.gguf', gguf.bytes)
    expect(await catalog.describe(good, { references: true })).toMatchObject({
      bytes: gguf.bytes.length,
      gguf: { parameters: 64 },
    })
    const bad = await machine.put('bad.gguf', gguf.bytes.subarray(0, 100))
    await expect(catalog.describe(bad, { references: true })).rejects.toMatchObject({ code: 'model_invalid' })
    await expect(catalog.describe('nothing')).rejects.toMatchObject({ code: 'model_not_found' })
  })
})

describe('recommend', () => {
  it('puts what fits first, the larger before the smaller, and says why', () => {
    const names = (memoryBytes: number) =>
      catalog.recommend({ memoryBytes }).map(({ entry, fits }) => `${entry.name} ${fits}`)
    expect(names(16e9)).toEqual(['tinny:3b true', 'tiny:1b true', 'vectors true'])
    expect(names(2e9)).toEqual(['tiny:1b true', 'vectors true', 'tinny:3b false'])
    const [first] = catalog.recommend({ memoryBytes: 16e9 })
    expect(first).toMatchObject({ needsBytes: 2_400_000_000, why: 'needs about 2.4 GB of memory; 16.0 GB are there' })
    expect(catalog.recommend({ memoryBytes: 2e9 }).at(-1)!.why).toBe(
      'needs about 2.4 GB of memory; of the 2.0 GB that are there 1.4 GB can be used for a model',
    )
  })
})

describe('notFound', () => {
  it('offers what is installed, what can be fetched with its size, and names of the user', async () => {
    expect((await catalog.notFound('tiny:3b')).hint).toBe(
      'Did you mean tiny:1b (installed) or tinny:3b (rt pull tinny:3b, 1.9 GB)?',
    )
    await catalog.copy('tiny', 'helper')
    expect((await catalog.notFound('helpr')).hint).toBe('Did you mean helper (installed)?')
    expect((await catalog.notFound('helpr', { kind: 'embed' })).hint).toBe(
      'There are vectors (rt pull vectors, 35 MB).',
    )
    machine.hub.set('owner/repo/resolve/main/model.gguf', { bytes: gguf.bytes })
    await catalog.ensure(HF, { references: true })
    const error = await catalog.notFound('hf:owner/repo/modl.gguf', { references: true })
    expect(error.hint).toContain(`${HF} (installed)`)
    expect(error.data).toMatchObject({ installed: ['tiny:1b', HF, 'helper'] })
  })
})
