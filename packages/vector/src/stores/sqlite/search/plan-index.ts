import type { CollectionOptions } from '@rt/core'
import type { GraphKind } from '../../../indexes/index.ts'

export interface PlanInput {
  /** What the collection was made with. */
  option: NonNullable<CollectionOptions['index']>
  /** What an exact search reads: number of vectors times dimensions times 4. */
  bytes: number
  /** How long exact searches take, as measured; undefined before there were any. */
  flatMs: number | undefined
  current: 'flat' | GraphKind
  /** Graphs that cannot be had here, and why. */
  missing: Partial<Record<GraphKind, string>>
  /** From here on `auto` takes a graph, when exact search is found to be slow. */
  graphBytes: number
}

export interface IndexPlan {
  kind: 'flat' | GraphKind
  reason: string
}

/** Exact search is slow from here on: a graph answers in a fraction of it. */
const SLOW_MS = 1.5
/** So slow that half the bytes are enough. */
const VERY_SLOW_MS = 4
/** Best first. */
const KINDS: readonly GraphKind[] = ['usearch', 'hnsw']

/**
 * Which index a collection should have. A graph is taken up at `graphBytes` (at half of them where the machine is slow, at
 * four times without asking the clock), and given up below a third: a collection around a border does not change its
 * index with every write.
 */
export const planIndex = (input: PlanInput): IndexPlan => {
  const { option, missing, current } = input
  if (option === 'flat') return { kind: 'flat', reason: 'the collection asks for it' }
  if (option !== 'auto') {
    const why = missing[option]
    return why === undefined
      ? { kind: option, reason: 'the collection asks for it' }
      : { kind: 'flat', reason: `the collection asks for ${option}, but ${why}` }
  }
  const size = `${megabytes(input.bytes)} to compare`
  if (!isWorthIt(input)) return { kind: 'flat', reason: `${size}: comparing every vector is fast enough` }
  const kind = current !== 'flat' && missing[current] === undefined ? current : KINDS.find((one) => !missing[one])
  const measured = input.flatMs === undefined ? '' : `, ${input.flatMs.toFixed(1)} ms a search`
  if (kind) return { kind, reason: `${size}${measured}` }
  return { kind: 'flat', reason: `${size}, but ${KINDS.map((one) => missing[one]).join('; ')}` }
}

const isWorthIt = ({ bytes, flatMs, current, graphBytes }: PlanInput): boolean => {
  if (current !== 'flat') return bytes >= graphBytes / 3
  if (bytes >= 4 * graphBytes) return true
  if (flatMs === undefined) return false
  return (bytes >= graphBytes && flatMs >= SLOW_MS) || (bytes >= graphBytes / 2 && flatMs >= VERY_SLOW_MS)
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`
