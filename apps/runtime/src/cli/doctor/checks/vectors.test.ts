import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../__fixtures__/command.ts'
import type { Finding } from '../check.ts'
import { findPackage } from '../find-package.ts'
import { vectorFindings, vectors } from './vectors.ts'

const installed =
  (packages: Record<string, string[]>): ((name: string) => ReturnType<typeof findPackage>) =>
  (name) => {
    const files = packages[name]
    return files && { version: '1.2.3', has: (path) => files.includes(path) }
  }
const PREBUILT = { usearch: [`prebuilds/${process.platform}-${process.arch}`, 'prebuilds/darwin-arm64+x64'] }
const lines = (...given: Parameters<typeof vectorFindings>): string[] =>
  vectorFindings(...given).map(({ name, state, detail, fix = '' }) => [state, name, detail, fix].join(' | '))

describe('rt doctor of vectors', () => {
  it('says what may search them', () => {
    expect(lines({ store: 'sqlite' }, installed({ ...PREBUILT, pg: [] }))).toEqual([
      'ok | vectors | sqlite, in rt.db of the data folder | ',
      'ok | index usearch | yes, 1.2.3 | ',
      'ok | index hnsw | no: not installed (npm install hnswlib-node) | ',
      'ok | other stores | lancedb no (npm install @lancedb/lancedb apache-arrow), pgvector (pg 1.2.3), qdrant no (npm install @qdrant/js-client-rest) | ',
    ])
  })

  it('warns where nothing but comparing is left, and of an index that is named and not there', () => {
    const found = lines({ store: 'sqlite', index: 'hnsw' }, installed({ usearch: [], 'hnswlib-node': [] }))
    expect(found[1]).toMatch(/^warning \| index usearch \| no: no binary for .* \| npm install usearch/)
    expect(found[2]).toMatch(/^warning \| index hnsw \| no: installed and not compiled, .* \| npm rebuild hnswlib-node/)
    const built = { ...PREBUILT, 'hnswlib-node': ['build/Release/addon.node'] }
    expect(lines({ store: 'sqlite', index: 'hnsw' }, installed(built))[2]).toBe('ok | index hnsw | yes, 1.2.3 | ')
  })

  it('is red where the package of the store is missing, without a password in it', () => {
    const url = 'postgres://u:canary@db.example.org/a'
    const [store, others] = lines({ store: 'pgvector', url }, installed({}))
    expect(store).toBe(
      'red | vectors | pgvector, postgres://…@db.example.org/a, not on this machine: pg is not installed | npm install pg',
    )
    expect(others).toContain('qdrant no')
    expect(lines({ store: 'pgvector', url }, installed({ pg: [] }))[0]).toMatch(/^ok /)
  })

  it('finds a package with its files, and none that is not there', () => {
    expect(findPackage('usearch')?.version).toMatch(/^\d+\./)
    expect(findPackage('usearch')?.has('package.json')).toBe(true)
    expect(findPackage('usearch')?.has('no-such-file')).toBe(false)
    expect(findPackage('no-such-package')).toBeUndefined()
  })

  const look = async (env: Record<string, string>, data = '/nowhere'): Promise<Finding> => {
    const signal = new AbortController().signal
    const found = await vectors.run({ data, env: { RT_CONFIG: 'none', ...env }, signal })
    return [found].flat()[0]!
  }
  const at = (store: string, url?: string): Record<string, string> => ({
    RT_VECTOR_STORE: store,
    ...(url !== undefined && { RT_VECTOR_URL: url }),
  })

  it.each([
    [at('pgvector'), 'the vector store is pgvector, and its address is missing.', /RT_VECTOR_URL/],
    [at('pgvector', 'postgres://u:canary@h:port/a'), '"postgres://…@h:port/a" is no address of pgvector.', /postgres:/],
    [at('qdrnt'), 'RT_VECTOR_STORE is "qdrnt".', /qdrant/],
  ])('is red where the settings are wrong: %j', async (env, why, fix) => {
    const finding = await look(env)
    expect(finding).toMatchObject({ name: 'vectors', state: 'red', detail: `not known: ${why}` })
    expect(finding.fix).toMatch(fix)
    expect(JSON.stringify(finding)).not.toContain('canary')
  })

  it('is red where nothing answers, and not where something does', async () => {
    const server = createServer((socket) => socket.on('error', () => {}).end())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const places = [at('qdrant', `http://127.0.0.1:${port}`), at('pgvector', `postgres://u:canary@127.0.0.1:${port}/a`)]
    for (const place of places) expect(await look(place)).toMatchObject({ state: 'ok' })
    await new Promise((resolve) => server.close(resolve))
    for (const place of places) {
      const finding = await look(place)
      expect(finding).toMatchObject({
        state: 'red',
        detail: expect.stringMatching(/: nothing answers there \(ECONNREFUSED\)$/),
      })
      expect(JSON.stringify(finding)).not.toContain('canary')
    }
    const socket = await look(at('pgvector', 'postgres:///a?host=/no/such/folder'))
    expect(socket).toMatchObject({ state: 'red', detail: expect.stringContaining('ENOENT') })
  })

  it('is red where the folder of LanceDB cannot be one', async () => {
    await using folder = await temporaryFolder()
    expect(await look(at('lancedb'), folder.path)).toMatchObject({ state: 'ok' })
    await writeFile(join(folder.path, 'lance'), '')
    expect(await look(at('lancedb', 'lance'), folder.path)).toMatchObject({
      state: 'red',
      detail: expect.stringMatching(/^lancedb, lance: .*lance is a file, not a folder$/),
      fix: 'Name another: url under [vector] of config.toml, or RT_VECTOR_URL',
    })
  })
})
