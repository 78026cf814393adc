import type { Tensor } from 'onnxruntime-node'

/** The numbers of a tensor; undefined for one that holds none. Half precision is widened. */
export const readFloats = ({ type, data }: Pick<Tensor, 'type' | 'data'>): Float32Array | undefined => {
  if (type === 'float32') return data as Float32Array
  if (type !== 'float16') return undefined
  // A Float16Array where Node has one, else its bits.
  if (!(data instanceof Uint16Array)) return Float32Array.from(data as unknown as ArrayLike<number>)
  return Float32Array.from(data, widen)
}

const widen = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction ? NaN : sign * Infinity
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
