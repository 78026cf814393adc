import { RtError } from '@rt/core'
import type { Tensor, TensorData, TensorType } from './tensor.ts'

interface Element {
  bytes: number
  read(view: DataView, at: number): number | bigint | boolean
  write(view: DataView, at: number, value: number | bigint | boolean): void
}

const number = (
  bytes: number,
  read: (view: DataView, at: number) => number,
  write: (view: DataView, at: number, value: number) => void,
): Element => ({ bytes, read, write: (view, at, value) => write(view, at, Number(value)) })

/** Little-endian, all of them. */
const ELEMENTS: Record<Exclude<TensorType, 'BYTES'>, Element> = {
  BOOL: {
    bytes: 1,
    read: (view, at) => view.getUint8(at) !== 0,
    write: (view, at, value) => view.setUint8(at, value ? 1 : 0),
  },
  UINT8: number(
    1,
    (view, at) => view.getUint8(at),
    (view, at, value) => view.setUint8(at, value),
  ),
  UINT16: number(
    2,
    (view, at) => view.getUint16(at, true),
    (view, at, value) => view.setUint16(at, value, true),
  ),
  UINT32: number(
    4,
    (view, at) => view.getUint32(at, true),
    (view, at, value) => view.setUint32(at, value, true),
  ),
  INT8: number(
    1,
    (view, at) => view.getInt8(at),
    (view, at, value) => view.setInt8(at, value),
  ),
  INT16: number(
    2,
    (view, at) => view.getInt16(at, true),
    (view, at, value) => view.setInt16(at, value, true),
  ),
  INT32: number(
    4,
    (view, at) => view.getInt32(at, true),
    (view, at, value) => view.setInt32(at, value, true),
  ),
  FP32: number(
    4,
    (view, at) => view.getFloat32(at, true),
    (view, at, value) => view.setFloat32(at, value, true),
  ),
  FP64: number(
    8,
    (view, at) => view.getFloat64(at, true),
    (view, at, value) => view.setFloat64(at, value, true),
  ),
  UINT64: {
    bytes: 8,
    read: (view, at) => view.getBigUint64(at, true),
    write: (view, at, value) => view.setBigUint64(at, BigInt(value), true),
  },
  INT64: {
    bytes: 8,
    read: (view, at) => view.getBigInt64(at, true),
    write: (view, at, value) => view.setBigInt64(at, BigInt(value), true),
  },
  FP16: number(
    2,
    (view, at) => fromHalf(view.getUint16(at, true)),
    (view, at, value) => view.setUint16(at, toHalf(value), true),
  ),
  // The upper half of an FP32.
  BF16: number(
    2,
    (view, at) => fromBits(view.getUint16(at, true) << 16),
    (view, at, value) => view.setUint16(at, bitsOf(value) >>> 16, true),
  ),
}

const scratch = new DataView(new ArrayBuffer(4))
const fromBits = (bits: number): number => (scratch.setInt32(0, bits), scratch.getFloat32(0))
const bitsOf = (value: number): number => (scratch.setFloat32(0, value), scratch.getUint32(0))

const fromHalf = (half: number): number => {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Infinity
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

const toHalf = (value: number): number => {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const size = Math.abs(value)
  if (Number.isNaN(value)) return 0x7e00
  if (size >= 65_520) return sign | 0x7c00
  if (size < 2 ** -14) return sign | Math.round(size * 2 ** 24)
  const exponent = Math.floor(Math.log2(size))
  // Rounding up may carry into the exponent, which is what adding does.
  return sign | (((exponent + 15) << 10) + Math.round((size / 2 ** exponent - 1) * 1024))
}

const encoder = new TextEncoder()

export const encodeTensor = ({ datatype, data }: Tensor): Uint8Array => {
  if (datatype === 'BYTES') {
    const items = (data as (string | Uint8Array)[]).map((item) =>
      typeof item === 'string' ? encoder.encode(item) : item,
    )
    const bytes = new Uint8Array(items.reduce((sum, item) => sum + 4 + item.length, 0))
    const view = new DataView(bytes.buffer)
    let at = 0
    for (const item of items) {
      view.setUint32(at, item.length, true)
      bytes.set(item, at + 4)
      at += 4 + item.length
    }
    return bytes
  }
  const element = ELEMENTS[datatype]
  const bytes = new Uint8Array(data.length * element.bytes)
  const view = new DataView(bytes.buffer)
  for (const [index, value] of (data as (number | bigint | boolean)[]).entries())
    element.write(view, index * element.bytes, value)
  return bytes
}

/** @throws RtError `provider_error` when the bytes do not make whole elements. */
export const decodeTensor = (datatype: TensorType, bytes: Uint8Array, name: string): TensorData => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (datatype === 'BYTES') {
    const items: Uint8Array[] = []
    for (let at = 0; at < bytes.length;) {
      if (at + 4 > bytes.length) throw torn(name, bytes.length)
      const length = view.getUint32(at, true)
      if (at + 4 + length > bytes.length) throw torn(name, bytes.length)
      items.push(bytes.slice(at + 4, at + 4 + length))
      at += 4 + length
    }
    return items
  }
  const element = ELEMENTS[datatype]
  if (bytes.length % element.bytes !== 0) throw torn(name, bytes.length)
  return Array.from({ length: bytes.length / element.bytes }, (_, index) =>
    element.read(view, index * element.bytes),
  ) as TensorData
}

export const isTensorType = (value: unknown): value is TensorType =>
  value === 'BYTES' || (typeof value === 'string' && Object.hasOwn(ELEMENTS, value))

const torn = (name: string, bytes: number): RtError =>
  new RtError({
    code: 'provider_error',
    retryable: false,
    message: `the ${bytes} bytes of the tensor ${JSON.stringify(name)} do not make whole elements.`,
  })
