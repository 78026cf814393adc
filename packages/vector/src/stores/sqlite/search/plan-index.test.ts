import { describe, expect, it } from 'vitest'
import { needsRebuild } from './needs-rebuild.ts'
import { type PlanInput, planIndex } from './plan-index.ts'

const MB = 1e6
const input = (over: Partial<PlanInput>): PlanInput => ({
  option: 'auto',
  bytes: 0,
  flatMs: undefined,
  current: 'flat',
  missing: {},
  graphBytes: 15 * MB,
  ...over,
})
const kind = (over: Partial<PlanInput>): string => planIndex(input(over)).kind

describe('planIndex', () => {
  it('compares every vector while that is fast', () => {
    expect(kind({})).toBe('flat')
    expect(kind({ bytes: 14 * MB, flatMs: 3 })).toBe('flat')
    expect(kind({ bytes: 30 * MB, flatMs: 0.9 })).toBe('flat')
    expect(kind({ bytes: 59 * MB })).toBe('flat')
  })

  it('takes a graph when it is big and measured to be slow, or so big that nobody has to measure', () => {
    expect(kind({ bytes: 16 * MB, flatMs: 2 })).toBe('usearch')
    expect(kind({ bytes: 8 * MB, flatMs: 5 })).toBe('usearch')
    expect(kind({ bytes: 60 * MB })).toBe('usearch')
    expect(planIndex(input({ bytes: 188 * MB, flatMs: 21.04 })).reason).toBe('188 MB to compare, 21.0 ms a search')
  })

  it('keeps a graph until the collection is a third of what it takes to get one', () => {
    for (const current of ['usearch', 'hnsw'] as const) {
      expect(kind({ bytes: 6 * MB, current })).toBe(current)
      expect(kind({ bytes: 4.9 * MB, current })).toBe('flat')
    }
  })

  it('takes what is installed, and says what is not', () => {
    const usearch = 'usearch is not installed'
    expect(kind({ bytes: 60 * MB, missing: { usearch } })).toBe('hnsw')
    expect(kind({ bytes: 60 * MB, missing: { usearch }, current: 'usearch' })).toBe('hnsw')
    const none = planIndex(input({ bytes: 60 * MB, missing: { usearch, hnsw: 'hnswlib-node is not installed' } }))
    expect(none).toEqual({
      kind: 'flat',
      reason: '60 MB to compare, but usearch is not installed; hnswlib-node is not installed',
    })
  })

  it('does what the collection asks for, when it can', () => {
    expect(planIndex(input({ option: 'flat', bytes: 900 * MB }))).toEqual({
      kind: 'flat',
      reason: 'the collection asks for it',
    })
    expect(kind({ option: 'hnsw' })).toBe('hnsw')
    expect(planIndex(input({ option: 'hnsw', missing: { hnsw: 'it is not compiled' } }))).toEqual({
      kind: 'flat',
      reason: 'the collection asks for hnsw, but it is not compiled',
    })
  })
})

describe('needsRebuild', () => {
  const good = { vectors: 10_000, entries: 10_000, tombstones: 0, tail: 0, unsaved: 0 }

  it('is content with a graph that has few tombstones, a short tail and a recent file', () => {
    expect(needsRebuild(good)).toBeUndefined()
    expect(needsRebuild({ ...good, tombstones: 2499 })).toBeUndefined()
    expect(needsRebuild({ ...good, tail: 1999, unsaved: 1999 })).toBeUndefined()
  })

  it('is not from a fifth on', () => {
    expect(needsRebuild({ ...good, tombstones: 2500 })).toBe('2500 tombstones')
    expect(needsRebuild({ ...good, tail: 2000 })).toBe('a tail of 2000')
    expect(needsRebuild({ ...good, unsaved: 2000 })).toBe('2000 entries that no file has')
  })

  it('does not mind small numbers', () => {
    expect(needsRebuild({ vectors: 300, entries: 100, tombstones: 200, tail: 200, unsaved: 100 })).toBeUndefined()
  })
})
