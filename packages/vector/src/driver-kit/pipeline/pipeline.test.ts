import type { Reranker, VectorHit, VectorQuery, VectorRecord } from '@rt/core'
import { createFakeTelemetry } from '@rt/core/testing'
import { describe, expect, it } from 'vitest'
import { createListSource } from '../../__fixtures__/list-source.ts'
import { gatherCandidates, searchCollection } from './index.ts'

const vector = (...numbers: number[]): Float32Array => Float32Array.from(numbers)
const records: VectorRecord[] = [
  { id: 'x', vector: vector(2, 0, 0), text: 'coat rules winter', metadata: { doc: { id: 'a' } } },
  { id: 'x2', vector: vector(2, 0.1, 0), text: 'coat again', metadata: { doc: { id: 'a' } } },
  { id: 'xy', vector: vector(1, 1, 0), text: 'travel', metadata: { doc: { id: 'b' } } },
  { id: 'y', vector: vector(0, 3, 0), text: 'winter winter', metadata: { doc: { id: 1 } } },
  { id: 'words', text: 'winter winter winter', metadata: { doc: { id: '1' } } },
  { id: 'bare', vector: vector(1, 0, 1) },
]
const search = (query: VectorQuery, metric: 'cosine' | 'dot' | 'l2' = 'cosine', list = records): Promise<VectorHit[]> =>
  searchCollection(
    'list',
    (checked, pool, options) => gatherCandidates(createListSource(list, metric), checked, pool, options),
    query,
  )
const ids = (hits: VectorHit[]): string[] => hits.map(({ id }) => id)

describe('scores', () => {
  it('has a raw score in the metric of the collection, and one in [0, 1] to order by', async () => {
    const [cosine] = await search({ vector: vector(0, 1, 0), k: 1 })
    expect(cosine).toMatchObject({ id: 'y', cosine: 1, score: 1 })
    const [dot] = await search({ vector: vector(0, 1, 0), k: 1 }, 'dot')
    expect(dot).toMatchObject({ id: 'y', dot: 3, score: 1 / (1 + Math.exp(-3)) })
    const [l2] = await search({ vector: vector(0, 1, 0), k: 1 }, 'l2')
    expect(l2).toMatchObject({ id: 'xy', distance: 1, score: 0.5 })
  })

  it('compares what the words alone found, so that every hit can be judged', async () => {
    const hits = await search({ vector: vector(1, 0, 0), text: 'winter', k: 6 })
    const y = hits.find(({ id }) => id === 'y')!
    expect(y).toMatchObject({ cosine: 0, bm25: 2 })
    expect(hits.find(({ id }) => id === 'words')).not.toHaveProperty('cosine')
  })

  it('fuses by ranks when asked to', async () => {
    const hits = await search({
      vector: vector(0, 1, 0),
      text: 'winter',
      fusion: 'rrf',
      weights: { keyword: 1, dense: 1 },
    })
    expect(hits[0]).toMatchObject({ id: 'y', score: 1 / 61 + 1 / 62 })
  })

  it('takes a zero vector where its length means something', async () => {
    await expect(search({ vector: vector(0, 0, 0) })).rejects.toMatchObject({ code: 'invalid_request' })
    expect(await search({ vector: vector(0, 0, 0), k: 1 }, 'l2')).toMatchObject([{ distance: Math.SQRT2 }])
  })
})

describe('thresholds', () => {
  it('leaves out what falls below a raw score, and lets pass what has none', async () => {
    expect(ids(await search({ vector: vector(1, 0, 0), threshold: { cosine: 0.9 } }))).toEqual(['x', 'x2'])
    expect(ids(await search({ vector: vector(2, 0, 0), threshold: { distance: 0.5 } }, 'l2'))).toEqual(['x', 'x2'])
    const hits = await search({ vector: vector(1, 0, 0), text: 'winter', threshold: { cosine: 0.9, bm25: 2 } })
    expect(ids(hits).toSorted()).toEqual(['words', 'x2'])
  })

  it('names a score that does not exist', async () => {
    await expect(search({ text: 'x', threshold: { score: 1 } as never })).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('threshold.score') as string,
    })
  })
})

describe('groups', () => {
  it('keeps so many of each value of a nested field', async () => {
    const hits = await search({ vector: vector(1, 0, 0), group: { by: 'doc.id' } })
    expect(hits.map(({ id, group }) => [id, group])).toEqual([
      ['x', 'a'],
      ['xy', 'b'],
      ['bare', undefined],
      ['y', '1'],
    ])
    expect(ids(await search({ vector: vector(1, 0, 0), k: 2, group: { by: 'doc.id', size: 2 } }))).toEqual(['x', 'x2'])
  })

  it('tells 1 from "1"', async () => {
    expect(ids(await search({ text: 'winter', group: { by: 'doc.id' } })).toSorted()).toEqual(['words', 'x', 'y'])
  })

  it('looks further when groups use up what it looked at', async () => {
    const many = Array.from({ length: 300 }, (_, i): VectorRecord => ({
      id: `same${i}`,
      vector: vector(1, 0, 0),
      metadata: { g: 1 },
    }))
    const list = [...many, { id: 'far', vector: vector(0.5, 1, 0), metadata: { g: 2 } }]
    expect((await search({ vector: vector(1, 0, 0), k: 2, group: { by: 'g' } }, 'cosine', list)).at(-1)?.id).toBe('far')
  })
})

describe('novelty', () => {
  it('puts what says something new before what repeats', async () => {
    const plain = await search({ vector: vector(1, 0.3, 0), k: 3 })
    expect(ids(plain)).toEqual(['x2', 'x', 'xy'])
    const diverse = await search({ vector: vector(1, 0.3, 0), k: 3, mmr: { lambda: 0.3 }, explain: true })
    expect(ids(diverse).slice(0, 2)).toEqual(['x2', 'y'])
    expect(diverse[0]!.explain!.redundancy).toBe(0)
    expect(diverse[1]!.explain!.redundancy).toBeCloseTo(0.05, 2)
  })
})

describe('reranking', () => {
  const backwards: Reranker = {
    id: 'backwards',
    rerank: async (_, documents) =>
      documents.map((_, index) => ({ index, score: index / 10 })).toSorted((a, b) => b.score - a.score),
  }

  it('orders by the cross-encoder, puts texts it cannot read last, and keeps the first scores', async () => {
    const hits = await search({
      vector: vector(1, 0, 0),
      text: 'coat',
      mode: 'dense',
      rerank: { model: backwards },
      explain: true,
    })
    expect(ids(hits)).toEqual(['y', 'xy', 'x2', 'x', 'bare'])
    expect(hits[0]).toMatchObject({
      score: 0.3,
      rerank: 0.3,
      cosine: 0,
      explain: { fused: 0, fusedRank: 5, rerank: { rank: 1 } },
    })
    expect(hits.at(-1)).toMatchObject({ score: 0 })
  })

  it('needs a text to compare with', async () => {
    await expect(search({ vector: vector(1, 0, 0), rerank: { model: backwards } })).rejects.toMatchObject({
      code: 'invalid_request',
    })
  })

  it('opens a span under that of the search', async () => {
    const telemetry = createFakeTelemetry()
    const source = createListSource(records)
    const parent = telemetry.span('turn')
    await searchCollection(
      'list',
      (checked, pool, options) => gatherCandidates(source, checked, pool, options),
      { text: 'winter', rerank: { model: backwards } },
      { span: parent },
    )
    expect(telemetry.roots[0]!.children).toMatchObject([
      { name: 'vector.search', children: [{ name: 'vector.rerank' }] },
    ])
  })
})

describe('explanations', () => {
  it('has each list with rank, raw and scaled score and weight, which sum up to the fused one', async () => {
    const hits = await search({ vector: vector(0, 1, 0), text: 'winter', k: 6, explain: true })
    for (const { explain, score } of hits) {
      const { dense, keyword, fused, fusion } = explain!
      expect(fusion).toBe('min-max')
      expect(fused).toBe(score)
      expect((dense?.scaled ?? 0) * dense!.weight + keyword!.scaled * keyword!.weight).toBeCloseTo(score, 12)
    }
    expect(hits.find(({ id }) => id === 'words')!.explain!.dense).toEqual({ scaled: 0, weight: 0.65 })
    expect(hits.find(({ id }) => id === 'words')!.explain!.keyword).toEqual({
      rank: 1,
      raw: 3,
      scaled: 1,
      weight: 0.35,
    })
  })
})
