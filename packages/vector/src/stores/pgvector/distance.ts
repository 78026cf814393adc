import type { Metric } from '@rt/core'
import type { Layout } from './layout.ts'

const OPERATORS: Readonly<Record<Metric, string>> = { cosine: '<=>', dot: '<#>', l2: '<->' }

/** The distance of two vectors by pgvector: smaller is nearer, for the dot product too. */
export const distance = ({ vector }: Layout, metric: Metric, a: string, b: string): string =>
  `(${a} OPERATOR(${vector}.${OPERATORS[metric]}) ${b})`

/** As a hit has it. */
export const rawScore = (metric: Metric, between: string): string =>
  metric === 'cosine' ? `1 - ${between}` : metric === 'dot' ? `-${between}` : between

/** What a graph is over, and how it is asked. */
export interface GraphShape {
  /** Of `r`, as the index has it, to the letter. */
  expression: string
  /** Operator class. */
  operators: string
  /** The operator that goes with it. */
  operator: string
  /** The type of its queries. */
  type: string
  /** Whether its vectors are half floats. */
  isHalf: boolean
}

/**
 * The graph a collection can have. Cosine compares directions, so vectors of length 1 in half floats do, and their dot
 * product is the cosine. Half floats end at 65,504 and vectors of `dot` and `l2` may be longer: those stay float32.
 *
 * @returns why there is none, where there is none.
 */
export const graphShape = (
  { vector, version, hasGraph, hasHalf }: Layout,
  { metric, dimensions }: { metric: Metric; dimensions: number },
): GraphShape | string => {
  if (!hasGraph) return `pgvector ${version} has no graphs; 0.5 and later have`
  const isHalf = metric === 'cosine' && hasHalf
  const limit = isHalf ? 4000 : 2000
  if (dimensions > limit)
    return `pgvector ${version} has graphs of ${metric} for up to ${limit} dimensions, these have ${dimensions}`
  if (isHalf) {
    const type = `${vector}.halfvec(${Math.trunc(dimensions)})`
    return {
      expression: `(${vector}.l2_normalize(vector)::${type})`,
      operators: `${vector}.halfvec_ip_ops`,
      operator: `OPERATOR(${vector}.<#>)`,
      type,
      isHalf,
    }
  }
  const classes = { cosine: 'vector_cosine_ops', dot: 'vector_ip_ops', l2: 'vector_l2_ops' }
  return {
    expression: 'vector',
    operators: `${vector}.${classes[metric]}`,
    operator: `OPERATOR(${vector}.${OPERATORS[metric]})`,
    type: `${vector}.vector`,
    isHalf,
  }
}
