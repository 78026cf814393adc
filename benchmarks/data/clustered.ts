import { createGaussian, createRandom } from './random.ts'

export interface ClusteredOptions {
  count: number
  queries: number
  dimensions: number
  seed: number
}

export interface Vectors {
  /** One after the other. */
  vectors: Float32Array
  queries: Float32Array
}

/** Points of many clusters; each spreads in some directions of its own, and a little in all. */
const CLUSTERS = 100
const DIRECTIONS = 64
const WIDE = 1
const NARROW = 0.3

/**
 * A set like embeddings: clusters that lie apart, each flatter than the space, within which neighbours are nearly as far as
 * each other. Queries come from the same clusters and are not in the set. The same seed gives the same bytes.
 */
export const clustered = ({ count, queries, dimensions, seed }: ClusteredOptions): Vectors => {
  const random = createRandom(seed)
  const gaussian = createGaussian(random)
  const normal = (length: number, deviation: number): Float32Array =>
    Float32Array.from({ length }, () => gaussian() * deviation)
  const centers = normal(CLUSTERS * dimensions, 0.6)
  const bases = normal(CLUSTERS * DIRECTIONS * dimensions, WIDE / Math.sqrt(DIRECTIONS))

  const draw = (into: Float32Array, offset: number): void => {
    const cluster = Math.floor(random() * CLUSTERS)
    for (let i = 0; i < dimensions; i++) into[offset + i] = centers[cluster * dimensions + i]! + gaussian() * NARROW
    for (let direction = 0; direction < DIRECTIONS; direction++) {
      const amount = gaussian()
      const basis = (cluster * DIRECTIONS + direction) * dimensions
      for (let i = 0; i < dimensions; i++) into[offset + i]! += amount * bases[basis + i]!
    }
  }
  const drawAll = (length: number): Float32Array => {
    const all = new Float32Array(length * dimensions)
    for (let i = 0; i < length; i++) draw(all, i * dimensions)
    return all
  }
  return { vectors: drawAll(count), queries: drawAll(queries) }
}
