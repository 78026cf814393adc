import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadConfig } from './load-config.ts'
import type { VectorSettings } from './vector-settings.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'rt-vector-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

interface From {
  vector?: VectorSettings
  env?: Record<string, string>
  file?: string
}

const load = async ({ vector = {}, env = {}, file }: From) => {
  if (file !== undefined) await writeFile(join(root, 'config.toml'), `rt = 1\n${file}\n`)
  return loadConfig({}, { env, cwd: root, config: file === undefined ? false : 'config.toml', vector })
}

describe('[vector]', () => {
  it('is the file of the data folder where nothing is said', async () => {
    expect((await load({})).settings.vector).toEqual({ store: 'sqlite', index: 'auto', recall: 0.97, collections: {} })
  })

  it('is taken from the program, else the variable, else the file', async () => {
    const file = '[vector]\nstore = "pgvector"\nurl = "postgres://u:canary@127.0.0.1/a"\nrecall = 0.8\nindex = "flat"'
    const env = { RT_VECTOR_STORE: 'qdrant', RT_VECTOR_URL: 'http://127.0.0.1:1', RT_VECTOR_API_KEY: 'canary-1' }
    const { settings, rows } = await load({ file, env, vector: { url: 'http://127.0.0.1:2', recall: 0.9 } })
    expect(settings.vector).toMatchObject({
      store: 'qdrant',
      url: 'http://127.0.0.1:2',
      apiKey: 'canary-1',
      recall: 0.9,
      index: 'flat',
    })
    const origin = (key: string): unknown => rows.find((row) => row.key === key)?.origin
    expect(origin('vector.store')).toEqual({ from: 'environment', name: 'RT_VECTOR_STORE' })
    expect(origin('vector.url')).toEqual({ from: 'flag', name: 'vector.url' })
    expect(origin('vector.index')).toMatchObject({ from: 'file', line: 6 })
    expect(JSON.stringify(rows)).not.toContain('canary')
    expect(JSON.stringify((await load({ file })).rows)).not.toContain('canary')
  })

  it.each<[From, string]>([
    [{ vector: { store: 'qdrant' } }, 'the vector store is qdrant, and its address is missing.'],
    [{ env: { RT_VECTOR_STORE: 'pgvector' } }, 'the vector store is pgvector, and its address is missing.'],
    [{ vector: { url: 'http://u:canary@h' } }, 'the vector store is sqlite, and has the address "http://…@h".'],
    [{ vector: { store: 'qdrant', url: 'postgres://h/a' } }, '"postgres://h/a" is no address of qdrant.'],
    [{ vector: { store: 'lancedb', url: 's3://bucket' } }, '"s3://bucket" is no address of lancedb.'],
    [{ vector: { store: 'pgvector', url: 'postgres://h:port/a' } }, '"postgres://h:port/a" is no address of pgvector.'],
    [{ vector: { store: 'qdrant', url: 'http://h:99999' } }, '"http://h:99999" is no address of qdrant.'],
    [
      { vector: { store: 'qdrant', url: 'http://u:canary@h' } },
      'the address of qdrant has a user or a password in it: "http://…@h".',
    ],
    [{ vector: { apiKey: 'k' } }, 'the vector store is sqlite, which takes no API key.'],
    [{ vector: { store: 'redis' as never } }, 'vector.store is "redis".'],
    [{ env: { RT_VECTOR_INDEX: 'best' } }, 'RT_VECTOR_INDEX is "best".'],
    [{ env: { RT_VECTOR_RECALL: '2' } }, 'RT_VECTOR_RECALL is "2".'],
    [{ vector: { api_key: 'k' } as never }, 'vector has no "api_key".'],
    [{ vector: { apiKey: 'env:KEY' } }, 'vector.apiKey is "env:KEY".'],
    [{ vector: { collections: { a: { index: 'best' as never } } } }, 'vector.collections.a.index is "best".'],
    [{ vector: { collections: { a: { recall: 2 } } } }, 'vector.collections.a.recall is 2.'],
    [{ vector: { collections: { a: { ttl: 0.5 } } } }, 'vector.collections.a.ttl is 0.5.'],
    [{ vector: { collections: { a: { dimensions: 3 } as never } } }, 'vector.collections.a has no "dimensions".'],
    [{ file: '[vector.collections.a]\nindex = "best"' }, 'config.toml line 3: [vector.collections.a] index = "best"'],
  ])('%j is refused', async (from, message) => {
    await expect(load(from)).rejects.toMatchObject({
      code: 'config_invalid',
      message,
      hint: expect.stringMatching(/./),
    })
  })

  it('makes no address of a folder below the data folder', async () => {
    expect((await load({ vector: { store: 'lancedb' } })).settings.vector).toMatchObject({ store: 'lancedb' })
    expect((await load({ file: '[vector]\nstore = "lancedb"\nurl = "lance"' })).settings.vector.url).toBe('lance')
  })
})
