import { describe, expect, it } from 'vitest'
import { findPackage } from '../find-package.ts'
import { vectorFindings } from './vectors.ts'

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
})
