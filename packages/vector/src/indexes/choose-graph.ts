import type { Metric } from '@rt/core'
import { loadDriver } from './load-driver.ts'
import type { GraphDriver, GraphKind, LoadDriver, Precision } from './types.ts'

export interface ChooseGraphOptions {
  /** What the collection asks for. */
  wanted: 'auto' | GraphKind
  metric: Metric
  dimensions: number
  /** Default: the real one. */
  load?: LoadDriver
}

export interface ChosenGraph {
  driver: GraphDriver
  precision: Precision
  /** Candidates to score exactly for each hit that is wanted, so that rounding costs no recall; Infinity: all it looks at. */
  refine: number
  /** Why this one. */
  reason: string
}

/** In this order: usearch rounds to fewer bits, so a walk reads half the memory; and it comes compiled. */
const ORDER: readonly GraphKind[] = ['usearch', 'hnsw']

/** The best graph that is installed, or why there is none. Another than the one asked for is better than none. */
export const chooseGraph = async ({
  wanted,
  metric,
  dimensions,
  load = loadDriver,
}: ChooseGraphOptions): Promise<ChosenGraph | { missing: string }> => {
  const kinds = wanted === 'auto' ? ORDER : [wanted, ...ORDER.filter((kind) => kind !== wanted)]
  const missing: string[] = []
  for (const kind of kinds) {
    const loaded = await load(kind)
    if ('missing' in loaded) {
      missing.push(`${kind} is ${loaded.missing}`)
      continue
    }
    const { driver } = loaded
    const precision = precisionFor(driver, metric, dimensions)
    const why = [wanted === kind ? 'asked for' : undefined, ...missing, ROUNDED[precision]].filter(Boolean).join('; ')
    return { driver, precision, refine: REFINE[precision], reason: `${kind}${why && `: ${why}`}` }
  }
  return { missing: missing.join('; ') }
}

/**
 * Bytes from here on: a walk is as long as it takes to read the vectors it passes. The error of a cosine is about 0.003
 * whatever the dimensions; vectors of few dimensions lie closer together than that.
 */
const BYTES_FROM = 256

const precisionFor = ({ precisions }: GraphDriver, metric: Metric, dimensions: number): Precision => {
  const wanted: Precision = metric !== 'cosine' ? 'f32' : dimensions < BYTES_FROM ? 'f16' : 'i8'
  return precisions.includes(wanted) ? wanted : 'f32'
}

const ROUNDED: Record<Precision, string | undefined> = {
  f32: undefined,
  f16: 'rounded to 16 bits, its candidates scored exactly',
  i8: 'rounded to 8 bits, its candidates scored exactly',
}

const REFINE: Record<Precision, number> = { f32: 1, f16: 1.3, i8: Infinity }
