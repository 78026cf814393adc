import type { VectorRecord } from '@rt/core'
import { describe, expect, it } from 'vitest'
import { writeBatches } from './write-batches.ts'

describe('writeBatches', () => {
  it('reads one batch while one is stored, and no more', async () => {
    let read = 0
    const source = function* (): Generator<VectorRecord> {
      for (; read < 10_000; read++) yield { id: `r${read}` }
    }
    let stored = 0
    let most = 0
    await writeBatches(
      source(),
      async (batch) => {
        // As slow as can be: everything else that may go on has gone on.
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
        most = Math.max(most, read - stored)
        stored += batch.length
      },
      {},
    )
    expect(stored).toBe(10_000)
    expect(most).toBeGreaterThan(1024)
    expect(most).toBeLessThanOrEqual(2049)
  })

  it('cuts batches by bytes too', async () => {
    const sizes: number[] = []
    const records = Array.from({ length: 10 }, (_, n) => ({ id: `r${n}`, text: 'x'.repeat(1024 * 1024) }))
    await writeBatches(new Set(records), async (batch) => void sizes.push(batch.length), {})
    expect(sizes).toEqual([4, 4, 2])
  })

  it('ends with the error of a write, after closing its source', async () => {
    let closed = false
    const source = function* (): Generator<VectorRecord> {
      try {
        for (let n = 0; ; n++) yield { id: `r${n}` }
      } finally {
        closed = true
      }
    }
    const failing = writeBatches(source(), () => Promise.reject(new TypeError('the disk is full')), {})
    await expect(failing).rejects.toThrow('the disk is full')
    expect(closed).toBe(true)
  })
})
