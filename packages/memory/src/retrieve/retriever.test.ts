import { createFakeEmbedder, createFakeTelemetry } from '@rt/core/testing'
import { describe, expect, it } from 'vitest'
import { createMemoryCollection, type MemoryCollection } from '../__fixtures__/memory-collection.ts'
import { createRetriever } from './retriever.ts'

const PASSAGES = [
  'Up to 400 NOK a day for meals in Oslo.',
  'Trains leave at night.',
  'Coats are kept in the hall.',
  'The wifi password is on the wall.',
]
const embedder = createFakeEmbedder({ dimensions: 512 })

const fill = async (vectors = true): Promise<MemoryCollection> => {
  const collection = createMemoryCollection('handbook')
  const embedded = await embedder.embed(PASSAGES)
  await collection.upsert(
    PASSAGES.map((text, i) => ({
      id: `c${i}`,
      text,
      ...(vectors && { vector: embedded.vectors[i]! }),
      metadata: {
        source: 'handbook/a.md',
        principal: i === 1 ? 'key-a' : 'local',
        headings: ['Rules'],
        start: i * 100,
        end: i * 100 + text.length,
      },
    })),
  )
  return collection
}

describe('createRetriever', () => {
  it('finds passages with their place in the file, best first', async () => {
    const [best] = await createRetriever({ collection: await fill(), embedder }).retrieve(
      'What may I spend on meals in Oslo?',
    )
    expect(best).toMatchObject({ id: 'c0', source: 'handbook/a.md', headings: ['Rules'], start: 0, text: PASSAGES[0] })
    expect(best).not.toHaveProperty('converted')
    expect(best?.cosine).toBeGreaterThan(0.2)
  })

  it('says of a passage that its bytes are not of its file', async () => {
    const collection = createMemoryCollection('handbook')
    await collection.upsert([
      { id: 'a', text: 'city: Oslo', metadata: { source: 'a.csv', start: 0, end: 10, converted: true } },
    ])
    expect(await createRetriever({ collection }).retrieve('Oslo')).toMatchObject([{ id: 'a', converted: true }])
  })

  it('puts the label of the document on its passages, and no other word', async () => {
    const collection = createMemoryCollection('handbook')
    await collection.upsert([
      { id: 'a', text: 'Oslo', metadata: { label: 'local-only' } },
      { id: 'b', text: 'Oslo', metadata: { label: 'urgent' } },
    ])
    const chunks = await createRetriever({ collection }).retrieve('Oslo')
    expect(chunks.map(({ id, label }) => [id, label])).toEqual([
      ['a', 'local-only'],
      ['b', undefined],
    ])
  })

  it('returns nothing that is neither near nor shares a word that says something', async () => {
    const embedding = { ...embedder, relatedCosine: 0.7 }
    const retriever = createRetriever({ collection: await fill(), embedder: embedding })
    expect(await retriever.retrieve('Is the sky of a planet in the galaxy?')).toEqual([])
    expect((await retriever.retrieve('Where are the trains?')).map(({ id }) => id)).toEqual(['c1'])
    expect((await retriever.retrieve('400?')).map(({ id }) => id)).toEqual(['c0'])
  })

  it('keeps what is near in meaning though it shares no word', async () => {
    const near = { ...embedder, embed: async () => ({ ...(await embedder.embed([PASSAGES[2]!])) }) }
    const chunks = await createRetriever({ collection: await fill(), embedder: near }).retrieve('jackets')
    expect(chunks[0]).toMatchObject({ id: 'c2' })
  })

  it('searches by keyword without an embedder', async () => {
    const telemetry = createFakeTelemetry()
    const chunks = await createRetriever({ collection: await fill(false) }).retrieve('wifi password', {
      span: telemetry.span('x'),
    })
    expect(chunks.map(({ id }) => id)).toEqual(['c3'])
    expect(telemetry.roots[0]?.children[0]?.attributes['rt.retrieval.mode']).toBe('keyword')
  })

  it('gives at most k, of one principal when asked', async () => {
    const retriever = createRetriever({ collection: await fill(), embedder, minCosine: -1 })
    expect(await retriever.retrieve('Oslo')).toHaveLength(4)
    expect(await retriever.retrieve('Oslo', { k: 2 })).toHaveLength(2)
    expect((await retriever.retrieve('Oslo', { principal: 'key-a' })).map(({ id }) => id)).toEqual(['c1'])
  })

  it('asks nobody for an empty query', async () => {
    const { calls } = embedder.counts
    expect(await createRetriever({ collection: await fill(), embedder }).retrieve('  ')).toEqual([])
    expect(embedder.counts.calls).toBe(calls + 1)
  })

  it('opens a span with the names of the convention and the ids it found', async () => {
    const telemetry = createFakeTelemetry()
    await createRetriever({ collection: await fill(), embedder, minCosine: 0.55 }).retrieve('meals', {
      k: 3,
      span: telemetry.span('x'),
    })
    expect(telemetry.roots[0]?.children).toMatchObject([
      {
        name: 'retrieval handbook',
        attributes: {
          'gen_ai.operation.name': 'retrieval',
          'gen_ai.data_source.id': 'handbook',
          'gen_ai.retrieval.top_k': 3,
          'rt.retrieval.chunks': ['c0'],
        },
        ended: true,
      },
    ])
  })
})
