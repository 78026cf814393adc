import { describe, expect, it } from 'vitest'
import { needsRebuild } from './needs-rebuild.ts'
import { type IndexPlan, type PlanInput, planIndex } from './plan-index.ts'

const MB = 1e6
const plan = (over: Partial<PlanInput>): IndexPlan =>
  planIndex({ option: 'auto', bytes: 0, flatMs: undefined, hasGraph: false, graphBytes: 15 * MB, ...over })
const graph = (over: Partial<PlanInput>): boolean => plan(over).graph

describe('planIndex', () => {
  it('compares every vector while that is fast', () => {
    expect(graph({})).toBe(false)
    expect(graph({ bytes: 14 * MB, flatMs: 3 })).toBe(false)
    expect(graph({ bytes: 30 * MB, flatMs: 0.9 })).toBe(false)
    expect(graph({ bytes: 59 * MB })).toBe(false)
    expect(plan({ bytes: 3 * MB, flatMs: 0.42 }).reason).toBe(
      '3.0 MB to compare, 0.4 ms a search: comparing every vector is fast enough',
    )
  })

  it('takes a graph when it is big and measured to be slow, or so big that nobody has to measure', () => {
    expect(graph({ bytes: 16 * MB, flatMs: 2 })).toBe(true)
    expect(graph({ bytes: 8 * MB, flatMs: 5 })).toBe(true)
    expect(graph({ bytes: 60 * MB })).toBe(true)
    expect(plan({ bytes: 188 * MB, flatMs: 21.04 }).reason).toBe('188 MB to compare, 21.0 ms a search')
  })

  it('keeps a graph until the collection is a third of what it takes to get one', () => {
    expect(graph({ bytes: 5.1 * MB, flatMs: 0.1, hasGraph: true })).toBe(true)
    expect(graph({ bytes: 4.9 * MB, flatMs: 9, hasGraph: true })).toBe(false)
  })

  it('does what the collection asks for', () => {
    const reason = 'the collection asks for it'
    expect(plan({ option: 'flat', bytes: 900 * MB, hasGraph: true })).toEqual({ graph: false, reason })
    for (const option of ['usearch', 'hnsw'] as const) expect(plan({ option })).toEqual({ graph: true, reason })
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
