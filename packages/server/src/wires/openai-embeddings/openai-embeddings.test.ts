import { describe, expect, it } from 'vitest'
import { createFakePorts, post } from '../../__fixtures__/fake-ports.ts'
import { createApp } from '../../index.ts'

const send = async (body: object): Promise<{ status: number; body: Record<string, never> }> => {
  const response = await createApp(createFakePorts()).fetch(post('/v1/embeddings', body))
  return { status: response.status, body: (await response.json()) as Record<string, never> }
}

describe('POST /v1/embeddings', () => {
  it('gives one unit vector a text, in order', async () => {
    const { body } = await send({ input: ['a b', 'c'] })
    expect(body).toMatchObject({
      object: 'list',
      model: 'bge',
      data: [
        { object: 'embedding', index: 0 },
        { object: 'embedding', index: 1 },
      ],
      usage: { prompt_tokens: 3, total_tokens: 3 },
    })
  })

  it('writes base64 as little-endian float32', async () => {
    const plain = (await send({ input: 'lamp' })).body as unknown as { data: { embedding: number[] }[] }
    const packed = (await send({ input: 'lamp', encoding_format: 'base64' })).body as unknown as {
      data: { embedding: string }[]
    }
    const bytes = Buffer.from(packed.data[0]!.embedding, 'base64')
    expect(bytes).toHaveLength(32)
    expect(Array.from({ length: 8 }, (_, i) => bytes.readFloatLE(i * 4))).toEqual(plain.data[0]!.embedding)
  })

  it('says which texts were cut', async () => {
    const { body } = await send({ input: ['a', 'a b c d e f'] })
    expect(body).toMatchObject({
      rt: { warnings: [{ id: 'input_truncated', message: expect.stringContaining('input[1]') }] },
    })
  })

  it('accepts the model’s own number of dimensions and no other', async () => {
    expect((await send({ input: 'a', dimensions: 8 })).status).toBe(200)
    const { status, body } = await send({ input: 'a', dimensions: 4 })
    expect(status).toBe(400)
    expect(body).toMatchObject({ error: { param: 'dimensions', message: expect.stringContaining('8 dimensions') } })
  })

  it.each<[string, string, object]>([
    ['invalid_request', 'input', {}],
    ['invalid_request', 'input', { input: '' }],
    ['invalid_request', 'input', { input: [] }],
    ['invalid_request', 'input[1]', { input: ['a', ''] }],
    ['unsupported', 'input[0]', { input: [1, 2, 3] }],
    ['unsupported', 'input[0]', { input: [[1, 2], [3]] }],
    ['invalid_request', 'encoding_format', { input: 'a', encoding_format: 'int8' }],
    ['invalid_request', 'model', { input: 'a', model: 'pypi:x' }],
  ])('says %s naming %s', async (code, param, body) => {
    expect(await send(body)).toMatchObject({ status: 400, body: { error: { code, param } } })
  })
})
