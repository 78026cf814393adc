import { describe, expect, it } from 'vitest'
import type { RtError } from '../errors/rt-error.ts'
import type { VectorRecord } from './vector-store.ts'
import { recordFromJson, recordToJson, vectorFromJson, vectorToBase64 } from './record-json.ts'

const failure = (read: () => unknown): RtError => {
  try {
    read()
  } catch (error) {
    return error as RtError
  }
  throw new Error('nothing was thrown')
}

describe('records as JSON', () => {
  it.each<VectorRecord>([
    { id: 'a' },
    { id: 'ä\n👋', text: '', metadata: {} },
    { id: 'b', vector: Float32Array.of(0.1, -2, 3.4e38), text: 'x', metadata: { a: [1, null] }, expires: 17 },
  ])('come back as they were: %j', (record) => {
    expect(recordFromJson(JSON.parse(JSON.stringify(recordToJson(record))), 'line 1')).toEqual(record)
  })

  it('read vectors of numbers, rounded as stores keep them', () => {
    expect(recordFromJson({ id: 'a', vector: [0.1, 2] }, 'line 1').vector).toEqual(Float32Array.of(0.1, 2))
  })

  it.each<[unknown, string]>([
    [[], 'line 7'],
    [null, 'line 7'],
    [{}, 'line 7.id'],
    [{ id: 5 }, 'line 7.id'],
    [{ id: 'a', embedding: [1] }, 'line 7'],
    [{ id: 'a', text: 5 }, 'line 7.text'],
    [{ id: 'a', metadata: [] }, 'line 7.metadata'],
    [{ id: 'a', expires: '2026' }, 'line 7.expires'],
    [{ id: 'a', vector: {} }, 'line 7.vector'],
    [{ id: 'a', vector: [1, 'x'] }, 'line 7.vector[1]'],
    [{ id: 'a', vector: [null] }, 'line 7.vector[0]'],
    [{ id: 'a', vector: 'AAA' }, 'line 7.vector'],
    [{ id: 'a', vector: '%' }, 'line 7.vector'],
    [{ id: 'a', vector: '' }, 'line 7.vector'],
  ])('refuse %j naming %s', (value, param) => {
    expect(failure(() => recordFromJson(value, 'line 7'))).toMatchObject({ code: 'invalid_request', data: { param } })
  })

  it('write little-endian float32, as other programs do', () => {
    expect(vectorToBase64(Float32Array.of(1, -2))).toBe('AACAPwAAAMA=')
    expect(vectorFromJson('AACAPwAAAMA=', 'x')).toEqual(Float32Array.of(1, -2))
    const long = Float32Array.from({ length: 10_000 }, (_, i) => Math.sin(i))
    expect(vectorFromJson(vectorToBase64(long), 'x')).toEqual(long)
  })
})
