/** A value with the number of its GGUF type, as bytes. */
export interface Typed {
  type: number
  bytes: Buffer
}

export interface GgufInput {
  magic?: string
  version?: number
  /** Default: as many as there are. */
  tensorCount?: bigint
  pairCount?: bigint
  metadata?: [key: string, value: Typed][]
  tensors?: { name: string; dimensions: (number | bigint)[]; type: number; offset: number | bigint }[]
  alignment?: number
  /** Bytes of weights after the header. */
  data?: number
}

export const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

export const u64 = (value: number | bigint): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}

const lengthAndText = (value: string): Buffer => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)])

export const number = (value: number): Typed => ({ type: 4, bytes: u32(value) })
export const text = (value: string): Typed => ({ type: 8, bytes: lengthAndText(value) })
export const list = (type: number, count: number | bigint, bytes: Buffer): Typed => ({
  type: 9,
  bytes: Buffer.concat([u32(type), u64(count), bytes]),
})
export const texts = (values: string[]): Typed => list(8, values.length, Buffer.concat(values.map(lengthAndText)))

/** A GGUF file, as wrong as it is asked to be. */
export const writeGguf = (input: GgufInput = {}): Buffer => {
  const { magic = 'GGUF', version = 3, metadata = [], tensors = [], alignment = 32, data = 0 } = input
  const header = Buffer.concat([
    Buffer.from(magic),
    u32(version),
    u64(input.tensorCount ?? tensors.length),
    u64(input.pairCount ?? metadata.length),
    ...metadata.flatMap(([key, { type, bytes }]) => [lengthAndText(key), u32(type), bytes]),
    ...tensors.flatMap(({ name, dimensions, type, offset }) => [
      lengthAndText(name),
      u32(dimensions.length),
      ...dimensions.map(u64),
      u32(type),
      u64(offset),
    ]),
  ])
  const padding = tensors.length > 0 ? (alignment - (header.length % alignment)) % alignment : 0
  return Buffer.concat([header, Buffer.alloc(padding), Buffer.alloc(data, 7)])
}
