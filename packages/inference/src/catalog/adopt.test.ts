import { existsSync } from 'node:fs'
import { mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sha256File } from '@rt/node/files'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createFakeMachine, type FakeMachine, makeEntry, makeFile, pinOfBytes } from './__fixtures__/fake-machine.ts'
import { createCatalog } from './catalog.ts'
import type { Catalog, CatalogEntry, CatalogOptions } from './types.ts'

// Models that other programs keep on this machine: used where they are, never copied.
const model = makeFile()
let machine: FakeMachine
beforeEach(async () => {
  machine = await createFakeMachine()
})
afterEach(() => machine[Symbol.asyncDispose]())

const open = (entries: CatalogEntry[] = [], more: CatalogOptions = {}): Catalog =>
  createCatalog({ home: machine.home, env: machine.env, entries, ...more })

const WEIGHTS = 'application/vnd.ollama.image.model'

const putOllama = async (
  path: string,
  {
    config = {},
    ...texts
  }: { config?: object; params?: string; system?: string; messages?: string; license?: string } = {},
  weights = model.bytes,
): Promise<string> => {
  const blob = async (bytes: Buffer): Promise<{ digest: string; size: number; file: string }> => {
    const { sha256 } = pinOfBytes(bytes)
    const file = await machine.put(`.ollama/models/blobs/sha256-${sha256}`, bytes)
    return { digest: `sha256:${sha256}`, size: bytes.length, file }
  }
  const { file, ...layer } = await blob(weights)
  const others = await Promise.all(
    Object.entries(texts).map(async ([kind, text]) => {
      const { digest, size } = await blob(Buffer.from(text))
      return { mediaType: `application/vnd.ollama.image.${kind}`, digest, size }
    }),
  )
  const { digest, size } = await blob(Buffer.from(JSON.stringify(config)))
  const manifest = {
    schemaVersion: 2,
    config: { mediaType: 'application/vnd.docker.container.image.v1+json', digest, size },
    layers: [{ mediaType: WEIGHTS, ...layer }, ...others],
  }
  await machine.put(`.ollama/models/manifests/${path}`, Buffer.from(JSON.stringify(manifest)))
  return file
}

describe('Ollama', () => {
  it('is asked for names the table does not know: weights, parameters, system text and messages', async () => {
    const file = await putOllama('registry.ollama.ai/library/mistral/7b', {
      params: '{"temperature": 0.3, "stop": ["[INST]", "</s>"], "num_ctx": 2048, "mirostat": 1}',
      system: 'Be brief.',
      messages: '[{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]',
      license: '\n  Apache License\n  Version 2.0',
    })
    const catalog = open()
    const found = await catalog.locate('Mistral:7b')
    expect(found).toMatchObject({
      files: { model: file },
      stamps: { model: {} },
      entry: {
        name: 'mistral:7b',
        kind: 'chat',
        licence: 'Apache License',
        sampling: { temperature: 0.3 },
        preset: {
          stop: ['[INST]', '</s>'],
          contextTokens: 2048,
          system: 'Be brief.',
          messages: [
            { role: 'user', text: 'Hi' },
            { role: 'assistant', text: 'Hello' },
          ],
        },
      },
    })
    expect((await catalog.ensure('mistral:7b')).files.model).toBe(file)
    expect(catalog.find('mistral:7b')?.name).toBe('mistral:7b')
    expect(await catalog.installed()).toMatchObject([
      { entry: { name: 'mistral:7b' }, place: 'ollama', owned: false, bytes: 5_000 },
    ])
    await expect(catalog.remove('mistral:7b')).rejects.toMatchObject({ code: 'unsupported' })
    expect(existsSync(file)).toBe(true)
    expect(machine.requests).toEqual([])
  })

  it('keeps a model of the table under its own name, and one that the table leaves open under that', async () => {
    const pinned = makeEntry([{ role: 'model', name: 'm.gguf', sources: [], ...makeFile().pin }])
    const open_ = makeEntry([{ role: 'model', name: 'o.gguf', bytes: 9, sources: ['hf:owner/repo/o.gguf'] }], {
      name: 'open:1b',
      aliases: ['open'],
      licence: 'MIT',
    })
    const file = await putOllama('registry.ollama.ai/library/tiny/1b')
    await putOllama('registry.ollama.ai/library/open/1b')
    const catalog = open([pinned, open_])
    expect(await catalog.locate('tiny')).toBeUndefined()
    expect((await catalog.locate('ollama:tiny:1b', { references: true }))?.entry.name).toBe('ollama:tiny:1b')
    expect(await catalog.locate('open')).toMatchObject({
      entry: { name: 'open:1b', licence: 'MIT' },
      files: { model: file },
    })
    const names = (await catalog.installed()).map(({ entry }) => entry.name).toSorted()
    expect(names).toEqual(['ollama:tiny:1b', 'open:1b'])
  })

  it('keeps models of other owners and hosts too, which a reference leads to', async () => {
    await putOllama('registry.ollama.ai/somebody/model/latest')
    await putOllama('hf.co/owner/repo/Q4_K_M', { config: { model_family: 'bert' } })
    const catalog = open()
    expect(await catalog.locate('somebody/model')).toBeUndefined()
    for (const name of ['ollama:somebody/model', 'ollama:somebody/model:latest', 'ollama:hf.co/owner/repo:Q4_K_M'])
      expect(await catalog.locate(name, { references: true }), name).toBeDefined()
    expect((await catalog.installed()).map(({ entry }) => [entry.name, entry.kind])).toEqual([
      ['ollama:hf.co/owner/repo:q4_k_m', 'embed'],
      ['ollama:somebody/model', 'chat'],
    ])
  })

  it('is asked for latest when no tag is named', async () => {
    await putOllama('registry.ollama.ai/library/mistral/latest')
    expect(await open().locate('mistral')).toBeDefined()
    expect(await open().locate('mistral:latest')).toBeDefined()
    expect((await open().installed())[0]!.entry.name).toBe('mistral')
  })

  it.each([
    ['no JSON', '{'],
    ['no layers', '{}'],
    [
      'a digest that is a path',
      JSON.stringify({ layers: [{ mediaType: WEIGHTS, digest: 'sha256:../../../etc/passwd', size: 1 }] }),
    ],
    [
      'weights that are not there',
      JSON.stringify({ layers: [{ mediaType: WEIGHTS, digest: `sha256:${'a'.repeat(64)}`, size: 1 }] }),
    ],
  ])('with %s in a manifest has no such model', async (_, text) => {
    await machine.put('.ollama/models/manifests/registry.ollama.ai/library/bad/latest', Buffer.from(text))
    expect(await open().locate('bad')).toBeUndefined()
    expect(await open().installed()).toEqual([])
  })

  it('with weights that changed has no such model any more', async () => {
    const file = await putOllama('registry.ollama.ai/library/mistral/latest')
    await writeFile(file, Buffer.alloc(5_000))
    expect(await open().locate('mistral')).toBeUndefined()
  })
})

describe('LM Studio', () => {
  const NAME = 'hf:owner/repo/m-Q4_K_M.gguf'

  it('is where a reference is found without network; the file is hashed once and holds from then on', async () => {
    const path = await machine.put('.lmstudio/models/owner/repo/m-Q4_K_M.gguf', model.bytes)
    const hash = vi.fn(sha256File)
    const catalog = open([], { system: { sha256File: hash } })
    expect(await catalog.installed()).toMatchObject([
      { entry: { name: NAME }, place: 'lmstudio', owned: false, bytes: 5_000 },
    ])
    expect(hash).not.toHaveBeenCalled()
    expect((await catalog.locate(NAME, { references: true }))?.files.model).toBe(path)
    expect((await catalog.ensure('hf:owner/repo', { references: true })).stamps?.model).toBeDefined()
    expect(hash).toHaveBeenCalledTimes(1)
    expect(machine.requests).toEqual([])
    await writeFile(path, Buffer.alloc(5_000))
    expect(await catalog.locate(NAME, { references: true })).toBeUndefined()
  })

  it('holds what the table leaves open', async () => {
    const entry = makeEntry([{ role: 'model', name: 'm-Q4_K_M.gguf', bytes: 9, sources: [NAME] }])
    const path = await machine.put('.cache/lm-studio/models/owner/repo/m-Q4_K_M.gguf', model.bytes)
    expect((await open([entry]).ensure('tiny')).files.model).toBe(path)
    expect(await open([entry]).installed()).toMatchObject([{ entry: { name: 'tiny:1b' }, place: 'lmstudio' }])
  })
})

describe("the hub's cache", () => {
  const ROOT = '.cache/huggingface/hub/models--owner--repo'
  const put = async (commit: string, bytes = model.bytes, name = pinOfBytes(bytes).sha256): Promise<string> => {
    const blob = await machine.put(`${ROOT}/blobs/${name}`, bytes)
    const link = join(machine.home, ROOT, 'snapshots', commit, 'm-Q4_K_M.gguf')
    await mkdir(dirname(link), { recursive: true })
    await symlink(blob, link)
    return link
  }

  it('is where a reference is found by the hash the cache names it by', async () => {
    const link = await put('abc')
    const catalog = open()
    const found = await catalog.ensure('hf:owner/repo:Q4_K_M', { references: true })
    expect(found.files.model).toBe(link)
    expect(found.entry.files[0]).toMatchObject(model.pin)
    expect(await catalog.installed()).toMatchObject([{ place: 'huggingface', owned: false }])
    expect(machine.requests).toEqual([])
    expect((await readdir(machine.folder)).filter((name) => !name.startsWith('.'))).toEqual(['hf'])
  })

  it('does not pass off a damaged file', async () => {
    await put('abc', Buffer.alloc(5_000), model.pin.sha256)
    expect(await open().locate('hf:owner/repo:Q4_K_M', { references: true })).toBeUndefined()
  })

  it('gives the revision that is asked for', async () => {
    const old = await put('aaa', makeFile().bytes)
    const now = await put('bbb')
    await machine.put(`${ROOT}/refs/main`, Buffer.from('bbb'))
    await machine.put(`${ROOT}/refs/v1`, Buffer.from('aaa'))
    const at = async (name: string) => (await open().locate(name, { references: true }))?.files.model
    expect(await at('hf:owner/repo')).toBe(now)
    expect(await at('hf:owner/repo@v1')).toBe(old)
    expect(await at('hf:owner/repo@v9')).toBeUndefined()
  })
})

it('a file put by hand where an open entry keeps it is hashed once and used', async () => {
  const entry = makeEntry([{ role: 'model', name: 'm.gguf', bytes: 9, sources: ['hf:owner/repo/m.gguf'] }])
  const path = await machine.put('.cache/rt/models/tiny-1b/m.gguf', model.bytes)
  expect((await open([entry]).locate('tiny'))?.files.model).toBe(path)
  expect((await stat(`${path}.rt.json`)).size).toBeGreaterThan(0)
})
