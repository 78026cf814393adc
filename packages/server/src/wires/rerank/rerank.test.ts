import { expect, test } from 'vitest'
import { createFakePorts, post } from '../../__fixtures__/fake-ports.ts'
import { createApp } from '../../index.ts'

const send = async (body: object): Promise<{ status: number; body: Record<string, unknown> }> => {
  const response = await createApp(createFakePorts()).fetch(post('/v1/rerank', body))
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

const DOCUMENTS = ['ab', { text: 'abcd' }, 'a']

test('documents come back by their relevance, best first', async () => {
  const { status, body } = await send({ model: 'ranker', query: 'q', documents: DOCUMENTS })
  expect({ status, body }).toEqual({
    status: 200,
    body: {
      id: expect.stringMatching(/^rerank-/),
      object: 'list',
      model: 'ranker',
      results: [
        { index: 1, relevance_score: 0.4 },
        { index: 0, relevance_score: 0.2 },
        { index: 2, relevance_score: 0.1 },
      ],
      rt: { warnings: [] },
    },
  })
})

test('top_n and return_documents; what is not known is a warning', async () => {
  const { body } = await send({ query: 'q', documents: DOCUMENTS, top_n: 1, return_documents: true, truncate: true })
  expect(body).toMatchObject({
    results: [{ index: 1, relevance_score: 0.4, document: { text: 'abcd' } }],
    rt: { warnings: [{ id: expect.any(String), message: expect.stringContaining('truncate') }] },
  })
  const all = await send({ query: 'q', documents: DOCUMENTS, top_n: 50 })
  expect(all.body['results']).toHaveLength(3)
})

test.each<[string, object]>([
  ['query', { documents: ['a'] }],
  ['query', { query: '', documents: ['a'] }],
  ['documents', { query: 'q' }],
  ['documents', { query: 'q', documents: [] }],
  ['documents[0]', { query: 'q', documents: [1] }],
  ['top_n', { query: 'q', documents: ['a'], top_n: 0 }],
  ['model', { query: 'q', documents: ['a'], model: './a.onnx' }],
  ['rt.label', { query: 'q', documents: ['a'], rt: { label: 'local' } }],
])('invalid_request names %s', async (param, body) => {
  expect(await send(body)).toMatchObject({ status: 400, body: { error: { code: 'invalid_request', param } } })
})

test('without a reranking port there is no such path', async () => {
  const { ranking: _, ...ports } = createFakePorts()
  const response = await createApp(ports).fetch(post('/v1/rerank', { query: 'q', documents: ['a'] }))
  expect(response.status).toBe(404)
})
