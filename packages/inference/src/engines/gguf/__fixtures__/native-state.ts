export interface NativeStateOptions {
  /** Sequences of the context, and which of them it is. */
  count?: number
  place?: number
  /** The number inside, which means nothing to who loads it. */
  id?: number
  transposed?: boolean
  fill?: number
}

/** A file as llama.cpp writes it for one sequence, with two layers and small rows. */
export const nativeState = (
  tokens: readonly number[],
  { count = 1, place = 0, id = place, transposed = false, fill = 7 }: NativeStateOptions = {},
): Buffer => {
  const rows = (bytes: number): Buffer => Buffer.alloc(tokens.length * bytes, fill)
  const u32 = (...values: number[]): Buffer => Buffer.from(Uint32Array.from(values).buffer)
  const row = (bytes: number): Buffer => Buffer.from(BigUint64Array.of(BigInt(bytes)).buffer)
  const keys = [u32(1), row(6), rows(6)]
  const values = transposed ? [u32(1, 2, 3), rows(6)] : [u32(1), row(6), rows(6)]
  return Buffer.concat([
    u32(0x67_67_73_71, 3, tokens.length, ...tokens),
    u32(count),
    Buffer.alloc(4 * place),
    u32(tokens.length),
    ...tokens.map((_, i) => u32(i, 1, id)),
    u32(transposed ? 1 : 0, 2),
    ...keys,
    ...keys,
    ...values,
    ...values,
    Buffer.alloc(4 * (count - 1 - place)),
  ])
}
