import { createRandom } from '../../__fixtures__/random.ts'

/** Vectors around centres, as texts about some subjects would give; of different lengths. */
export const clustered = (count: number, dimensions: number, seed: number): Float32Array[] => {
  const random = createRandom(seed)
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const centres = Array.from({ length: 25 }, () => Float64Array.from({ length: dimensions }, normal))
  return Array.from({ length: count }, () => {
    const centre = centres[Math.floor(random() * centres.length)]!
    const length = 0.7 + random() * 0.6
    return Float32Array.from(centre, (value) => length * (value + 0.6 * normal()))
  })
}
