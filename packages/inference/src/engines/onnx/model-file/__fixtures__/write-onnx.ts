/** A field of a protobuf message: a number, text, bytes or a message. */
export type Field = [number: number, value: number | bigint | string | Uint8Array]

/** Writes what the test says, however wrong it is. */
export const message = (...fields: Field[]): Uint8Array => Buffer.concat(fields.map(field))

const field = ([number, value]: Field): Uint8Array => {
  if (typeof value === 'number' || typeof value === 'bigint')
    return Buffer.concat([varint(BigInt(number) << 3n), varint(BigInt(value))])
  const bytes = typeof value === 'string' ? Buffer.from(value) : value
  return Buffer.concat([varint((BigInt(number) << 3n) | 2n), varint(BigInt(bytes.length)), bytes])
}

const varint = (value: bigint): Uint8Array => {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, value)
  do {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0))
    rest >>= 7n
  } while (rest)
  return Uint8Array.from(bytes)
}

/** TensorProto of floats. */
export const tensor = (dims: (number | bigint)[], ...more: Field[]): Uint8Array =>
  message(...dims.map((dim): Field => [1, dim]), [2, 1], [8, 'w'], ...more)

/** A tensor whose bytes lie in another file. */
export const external = (dims: (number | bigint)[], entries: Record<string, string>): Uint8Array =>
  tensor(
    dims,
    ...Object.entries(entries).map(([key, value]): Field => [13, message([1, key], [2, value])]),
    [14, 1],
  )

export const node = (op: string, inputs: string[], outputs: string[], ...more: Field[]): Uint8Array =>
  message(
    ...inputs.map((name): Field => [1, name]),
    ...outputs.map((name): Field => [2, name]),
    [4, op],
    ...more,
  )

/** ModelProto around the fields of a graph. */
export const model = (graph: Field[], ...more: Field[]): Uint8Array =>
  message([1, 9], [7, message(...graph, [2, 'g'])], [8, message([2, 17])], ...more)

/** An input or output of floats, or of int64 (7), with dimensions by name. */
export const value = (name: string, dims: string[], type = 1): Uint8Array => {
  const shape = message(...dims.map((dim): Field => [1, message([2, dim])]))
  return message([1, name], [2, message([1, message([1, type], [2, shape])])])
}
