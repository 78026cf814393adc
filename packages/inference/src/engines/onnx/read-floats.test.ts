import { expect, it } from 'vitest'
import { readFloats } from './read-floats.ts'

it('widens half precision, whole and broken numbers alike', () => {
  const bits = [0x0000, 0x8000, 0x3c00, 0xc000, 0x3555, 0x7bff, 0x0001, 0x7c00, 0xfc00, 0x7e00]
  const wide = [0, -0, 1, -2, 0.333251953125, 65504, 2 ** -24, Infinity, -Infinity, Number.NaN]
  expect(Array.from(readFloats({ type: 'float16', data: Uint16Array.from(bits) })!)).toEqual(wide)
})

it('hands full precision over as it is, and knows what holds no numbers', () => {
  const data = Float32Array.of(1, 2)
  expect(readFloats({ type: 'float32', data })).toBe(data)
  expect(readFloats({ type: 'int64', data: BigInt64Array.of(1n) })).toBeUndefined()
})
