import { readFileSync } from 'node:fs'
import { type Metric, RtError } from '@rt/core'
import * as usearch from 'usearch'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createRandom, randomVector } from '../../__fixtures__/random.ts'
import { flatSubject } from '../__fixtures__/flat-subject.ts'
import { testIndex } from '../__fixtures__/index-conformance.ts'
import { bitmapOf, definedScore, trueNeighbours } from '../__fixtures__/oracle.ts'
import type { FlatIndex } from '../types.ts'
import { createFlat } from './create-flat.ts'
import { buildKernel } from './kernel/build-kernel.ts'
import { jsKernel } from './kernel/js-kernel.ts'
import { kernelModule } from './kernel/kernel-module.ts'
import type { FlatKernel } from './kernel/kernel-types.ts'
import { loadFlatKernel } from './kernel/load-flat-kernel.ts'
import { usearchKernel } from './kernel/usearch-kernel.ts'
import { wasmKernel } from './kernel/wasm-kernel.ts'

const wasm = wasmKernel()!
const KERNELS: [string, FlatKernel][] = [
  ['wasm', wasm],
  ['wasm in small segments', { ...wasm, segmentRows: () => 512 }],
  ['usearch', usearchKernel(usearch)],
  ['js', jsKernel('not installed')],
]

/** An index of blocks that are full except for `holes`. */
const filled = (
  metric: Metric,
  kernel: FlatKernel,
  vectors: Float32Array[],
  holes: ReadonlySet<number> = new Set(),
): FlatIndex => {
  const dimensions = vectors[0]!.length
  const index = createFlat({ dimensions, metric, kernel })
  for (let start = 0; start < vectors.length; start += 256) {
    const some = vectors.slice(start, start + 256)
    const used = Uint8Array.from(some, (_, i) => (holes.has(start + i) ? 0 : 1))
    index.setBlock(start / 256, Float32Array.from(some.flatMap((vector) => [...vector])), used)
  }
  return index
}

describe('the kernel', () => {
  const folder = new URL('kernel/', import.meta.url)

  test('is what its source builds', () => {
    const bytes = buildKernel()
    expect(Buffer.compare(bytes, readFileSync(new URL('kernel.wasm', folder)))).toBe(0)
    expect(readFileSync(new URL('kernel-bytes.ts', folder), 'utf8')).toBe(kernelModule(bytes))
    expect(bytes.length).toBeLessThan(10_000)
  })

  describe('where WebAssembly is missing', () => {
    afterEach(() => {
      vi.unstubAllGlobals()
      vi.doUnmock('usearch')
    })

    test.each([
      ['not there', undefined],
      ['without SIMD', { validate: (): boolean => false }],
      [
        'refused',
        {
          validate: (): boolean => true,
          Module: class {
            constructor() {
              throw new RangeError('Out of memory')
            }
          },
        },
      ],
    ])('is usearch, then JavaScript, and says why: %s', async (_, stub) => {
      expect(await loadFlatKernel()).toMatchObject({ name: 'wasm' })
      vi.stubGlobal('WebAssembly', stub)
      expect(await loadFlatKernel()).toMatchObject({
        name: 'usearch',
        reason: expect.stringContaining('no WebAssembly'),
      })
      vi.doMock('usearch', () => {
        throw new RtError({ code: 'not_found', message: 'no such package' })
      })
      expect(await loadFlatKernel()).toMatchObject({ name: 'js', reason: expect.stringContaining('usearch') })
    })
  })
})

for (const [name, kernel] of KERNELS) testIndex(flatSubject(name, kernel))

describe.each(KERNELS)('%s', (_, kernel) => {
  test.each(['cosine', 'dot', 'l2'] as const)('scores %s as it is defined, in every dimension', (metric) => {
    const random = createRandom(7)
    for (const dimensions of [1, 2, 3, 4, 5, 31, 32, 33, 127, 384, 783]) {
      const vectors = Array.from({ length: 700 }, () => randomVector(random, dimensions))
      const holes = new Set([0, 3, 255, 256, 511, 699])
      using index = filled(metric, kernel, vectors, holes)
      const present = new Map([...vectors.entries()].filter(([slot]) => !holes.has(slot)))
      expect(index).toMatchObject({ size: 694, slots: 699 })
      const query = randomVector(random, dimensions)
      const some = Uint32Array.from({ length: 650 }, (__, i) => 699 - i)
      for (const [found, among] of [
        [index.search(query, 20), present],
        [index.among(query, 20, some), new Map([...present].filter(([slot]) => slot >= 50))],
        [
          index.among(query, 20, Uint32Array.of(0, 1, 9, 8, 5000)),
          new Map([1, 8, 9].map((slot) => [slot, vectors[slot]!])),
        ],
      ] as const) {
        const truth = trueNeighbours(metric, query, among, 20)
        expect(found.raw).toHaveLength(truth.length)
        found.slots.forEach((slot, i) => {
          expect(Math.abs(found.raw[i]! - truth[i]!.raw)).toBeLessThan(1e-6)
          expect(Math.abs(found.raw[i]! - definedScore(metric, query, among.get(slot)!))).toBeLessThan(1e-6)
        })
      }
    }
  })

  test.each(['cosine', 'dot', 'l2'] as const)('compares huge and tiny vectors by %s', (metric) => {
    const random = createRandom(8)
    const scales = [1, 1e30, 1e-30, 1e12, 1e-12, 1e-40]
    const vectors = Array.from({ length: 300 }, (__, i) =>
      randomVector(random, 24).map((value) => value * scales[i % scales.length]!),
    )
    using index = filled(metric, kernel, vectors)
    for (const scale of scales) {
      const query = randomVector(random, 24).map((value) => value * scale)
      const truth = trueNeighbours(metric, query, new Map(vectors.entries()), 300)
      const found = index.search(query, 300)
      expect(found.raw.every(Number.isFinite)).toBe(true)
      for (const [i, { raw }] of truth.entries())
        expect(Math.abs(found.raw[i]! - raw)).toBeLessThanOrEqual(1e-6 * Math.max(Math.abs(raw), Number.MIN_VALUE))
      const few = index.search(query, 5, bitmapOf([1, 2, 3, 7]))
      expect(new Set(few.slots)).toEqual(new Set([1, 2, 3, 7]))
    }
  })

  test('gives vectors back as they were given, and forgets what a block no longer has', () => {
    const random = createRandom(9)
    const vectors = Array.from({ length: 300 }, () => randomVector(random, 5))
    using index = filled('cosine', kernel, vectors)
    expect(index.vector(299)).toEqual(vectors[299])
    expect(index.vector(300)).toBeUndefined()
    index.setBlock(1, new Float32Array(0), new Uint8Array(256))
    expect(index).toMatchObject({ size: 256, slots: 256 })
    expect(index.vector(299)).toBeUndefined()
    index.setBlock(0, Float32Array.from(vectors[7]!), Uint8Array.of(1))
    expect(index).toMatchObject({ size: 1, slots: 1 })
    expect([...index.search(vectors[0]!, 10).slots]).toEqual([0])
    // Far behind: the blocks between take no vectors.
    index.setBlock(9, Float32Array.from(vectors[8]!), Uint8Array.of(1))
    expect(index).toMatchObject({ size: 2, slots: 9 * 256 + 1 })
    expect([...index.search(vectors[8]!, 10).slots]).toEqual([9 * 256, 0])
    expect(index.bytes).toBeGreaterThan(0)
  })

  test('leaves a block with a bad vector out, and the others alone', () => {
    using index = filled('cosine', kernel, [Float32Array.of(1, 2), Float32Array.of(3, 4)])
    expect(() => index.setBlock(1, Float32Array.of(1, 1, NaN, 1), Uint8Array.of(1, 1))).toThrow(/slot 257.*not finite/)
    // A bad value where there is no vector is none.
    index.setBlock(2, Float32Array.of(1, 1, NaN, 1), Uint8Array.of(1, 0))
    expect([...index.search(Float32Array.of(1, 1), 10).slots]).toEqual([512, 1, 0])
    expect(() => index.setBlock(3, Float32Array.of(1, 1), Uint8Array.of(1, 1))).toThrow(/behind them/)
    expect(() => index.setBlock(-1, Float32Array.of(1, 1), Uint8Array.of(1))).toThrow(/out of range/)
    expect(() => index.setBlock(2 ** 24, Float32Array.of(1, 1), Uint8Array.of(1))).toThrow(/2\^32/)
  })

  test('finds zero vectors by dot and l2', () => {
    const vectors = [Float32Array.of(0, 0, 0), Float32Array.of(1, 0, 0)]
    using dot = filled('dot', kernel, vectors)
    expect([...dot.search(Float32Array.of(-1, 0, 0), 2).slots]).toEqual([0, 1])
    expect([...dot.search(Float32Array.of(0, 0, 0), 2).raw]).toEqual([0, 0])
    using l2 = filled('l2', kernel, vectors)
    expect(l2.search(Float32Array.of(0, 0, 0), 2)).toEqual({ slots: Uint32Array.of(0, 1), raw: Float64Array.of(0, 1) })
  })
})
