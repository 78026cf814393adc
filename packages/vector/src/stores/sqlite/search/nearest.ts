import type { Bitmap, FlatIndex, SlotHits } from '../../../indexes/index.ts'
import type { AttachedGraph } from './attached-graph.ts'

export interface NearestOptions {
  /** The slots a search may find; undefined: all. */
  only: Bitmap | undefined
  /** Compares every vector. */
  exact: boolean
  ef: number
  /** So few allowed vectors are compared one by one: quicker than a graph that has to pass over the others. */
  fewMatches: number
}

export interface Nearest {
  hits: SlotHits
  /** Whether a graph was asked. */
  throughGraph: boolean
}

/** The nearest vectors, best first: through the graph where there is one and it pays. */
export const nearest = (
  { flat, graph }: { flat: FlatIndex; graph: AttachedGraph | undefined },
  vector: Float32Array,
  k: number,
  { only, exact, ef, fewMatches }: NearestOptions,
): Nearest => {
  const count = only ? Math.min(only.count, flat.size) : flat.size
  const pays = !exact && (!only || count > fewMatches) && 4 * k < count
  const found = pays ? graph?.search(vector, k, { ef, only }) : undefined
  return found ? { hits: found, throughGraph: true } : { hits: flat.search(vector, k, only), throughGraph: false }
}
