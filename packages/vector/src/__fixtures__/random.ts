export { createRandom } from '../conformance/random.ts'

export const randomVector = (random: () => number, dimensions: number): Float32Array =>
  Float32Array.from({ length: dimensions }, () => random() * 2 - 1)
