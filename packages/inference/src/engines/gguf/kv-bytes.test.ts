import { expect, test } from 'vitest'
import { kvBytes } from './kv-bytes.ts'

test('the cache of SmolLM2-135M takes 23,040 bytes a token', () => {
  const shape = { block_count: 30, embedding_length: 576, attention: { head_count: 9, head_count_kv: 3 } }
  expect(kvBytes(shape, 2048)).toBe(23_040 * 2048)
  expect(kvBytes(shape, 2000)).toBe(23_040 * 2048)
})

test('layers may differ, heads may have a size of their own, and a file may say nothing', () => {
  const attention = { head_count: 8, head_count_kv: [2, 0, 2], key_length: 64, value_length: 32 }
  expect(kvBytes({ block_count: 3, embedding_length: 512, attention }, 256)).toBe(4 * 96 * 2 * 256)
  expect(kvBytes({ block_count: 2, embedding_length: 64, attention: { head_count: 4 } }, 256)).toBe(
    2 * 64 * 2 * 2 * 256,
  )
  expect(kvBytes({}, 4096)).toBe(0)
})
