import type { CollectionOptions } from '@rt/core'

export interface PlanInput {
  /** What the collection was made with. */
  option: NonNullable<CollectionOptions['index']>
  /** What an exact search reads: number of vectors times dimensions times 4. */
  bytes: number
  /** How long exact searches take, as measured; undefined before there were any. */
  flatMs: number | undefined
  hasGraph: boolean
  /** From here on `auto` takes a graph, when exact search is found to be slow. */
  graphBytes: number
}

export interface IndexPlan {
  /** Whether there should be a graph. */
  graph: boolean
  reason: string
}

/** Exact search is slow from here on: a graph answers in a fraction of it. */
const SLOW_MS = 1.5
/** So slow that half the bytes are enough. */
const VERY_SLOW_MS = 4

/**
 * Whether a collection should have a graph. It gets one at `graphBytes` when that is slow (at half of them on a slow
 * machine, at four times without asking the clock), and loses it below a third: a collection around a border does not
 * change its index with every write.
 */
export const planIndex = (input: PlanInput): IndexPlan => {
  const { option, bytes, flatMs, hasGraph } = input
  if (option !== 'auto') return { graph: option !== 'flat', reason: 'the collection asks for it' }
  const size = `${megabytes(bytes)} to compare`
  const measured = flatMs === undefined || hasGraph ? '' : `, ${flatMs.toFixed(1)} ms a search`
  return isWorthIt(input)
    ? { graph: true, reason: size + measured }
    : { graph: false, reason: `${size}${measured}: comparing every vector is fast enough` }
}

const isWorthIt = ({ bytes, flatMs, hasGraph, graphBytes }: PlanInput): boolean => {
  if (hasGraph) return bytes >= graphBytes / 3
  if (bytes >= 4 * graphBytes) return true
  if (flatMs === undefined) return false
  return (bytes >= graphBytes && flatMs >= SLOW_MS) || (bytes >= graphBytes / 2 && flatMs >= VERY_SLOW_MS)
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`
