/** Sums of squares that single precision has room for. */
export const SAFE_SQUARES: Readonly<{ least: number; most: number }> = { least: 1e-24, most: 1e30 }

/** In double precision; not finite when a value is not. */
export const sumOfSquares = (values: Float32Array, offset: number, count: number): number => {
  let sum = 0
  for (let i = offset; i < offset + count; i++) sum += values[i]! * values[i]!
  return sum
}
