import { brokenProto, type ProtoField, type ProtoReader, type Range } from './proto-reader.ts'

/** Where a tensor's bytes lie outside of the model file. */
export interface ExternalData {
  location: string
  offset: number
  /** Bytes it takes, by its shape. */
  bytes: number
}

/** Fields of TensorProto. */
const DIMS = 1
const DATA_TYPE = 2
const FLOATS = 4
const INT32S = 5
const STRINGS = 6
const INT64S = 7
const RAW = 9
const DOUBLES = 10
const UINT64S = 11
const EXTERNAL = 13
const DATA_LOCATION = 14

const WIRES: Readonly<Record<number, readonly ProtoField['wire'][]>> = {
  [DIMS]: ['varint', 'bytes'],
  [DATA_TYPE]: ['varint'],
  [RAW]: ['bytes'],
  [STRINGS]: ['bytes'],
  [EXTERNAL]: ['bytes'],
  [DATA_LOCATION]: ['varint'],
}

const STRING_TYPE = 8
/** Of one value, by data type of ONNX 1.20. */
const BITS: Readonly<Record<number, number>> = Object.fromEntries(
  Object.entries({
    128: [15],
    64: [7, 11, 13, 14],
    32: [1, 6, 12],
    16: [4, 5, 10, 16],
    8: [2, 3, 9, 17, 18, 19, 20, 24],
    4: [21, 22, 23],
    2: [25, 26],
  }).flatMap(([bits, types]) => types.map((type) => [type, Number(bits)])),
)
/** Smallest size of one value in the list it is stored in; a varint may be one byte, and holds up to eight small values. */
const LIST_BYTES: Readonly<Record<number, number>> = {
  [FLOATS]: 4,
  [DOUBLES]: 8,
  [INT32S]: 1,
  [INT64S]: 1,
  [UINT64S]: 1,
}

/**
 * Holds what a tensor claims against the bytes that are there: native code allocates what the shape says.
 *
 * @returns where its data is, when that is another file.
 * @throws RtError `model_invalid`
 */
export const checkTensor = (reader: ProtoReader, tensor: Range): ExternalData | undefined => {
  let count = 1
  let type = 0
  let rawBytes: number | undefined
  let strings = 0
  let listed = 0
  let isExternal = false
  const external = new Map<string, string>()
  const dim = (size: number): void => {
    if (size < 0) throw brokenProto('has a tensor with a negative dimension')
    count *= size
    if (count > Number.MAX_SAFE_INTEGER) throw brokenProto('has a tensor of more than 2^53 values')
  }
  for (const { number, wire, value, range } of reader.fields(tensor)) {
    const bytes = range.end - range.start
    // Protobuf leaves out what has the wrong wire type, and so would see another tensor than this.
    if (WIRES[number] && !WIRES[number].includes(wire)) throw brokenProto('has a tensor that is no protobuf')
    if (number === DIMS) for (const size of wire === 'bytes' ? reader.varints(range) : [value]) dim(size)
    else if (number === DATA_TYPE) type = value
    else if (number === DATA_LOCATION) isExternal = value !== 0
    else if (number === RAW) rawBytes = bytes
    else if (number === STRINGS) strings++
    else if (number === EXTERNAL) readEntry(reader, range, external)
    else if (LIST_BYTES[number]) listed += Math.floor(bytes / LIST_BYTES[number])
  }
  if (external.size && !isExternal) throw brokenProto('names a file of weights that it does not use')
  if (type === STRING_TYPE) {
    if (isExternal || rawBytes !== undefined || strings !== count) throw wrongSize(count, strings, 'texts')
    return undefined
  }
  const bits = BITS[type]
  if (bits === undefined) throw brokenProto(`has a tensor of the unknown type ${type}`)
  const needed = Math.ceil((count * bits) / 8)
  if (isExternal) return externalOf(external, needed)
  if (rawBytes !== undefined) {
    if (rawBytes !== needed) throw wrongSize(needed, rawBytes, 'bytes')
    return undefined
  }
  // Complex numbers take two entries, small integers share one.
  const perValue = bits < 8 ? bits / 8 : 1
  if (count * perValue > listed) throw wrongSize(count, listed, 'values')
  return undefined
}

const externalOf = (entries: Map<string, string>, bytes: number): ExternalData => {
  const whole = (key: string): number | undefined => {
    const text = entries.get(key)
    if (text === undefined) return undefined
    const value = Number(text)
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
      throw brokenProto(`has external data with ${key} "${text}"`)
    return value
  }
  const length = whole('length')
  if (length !== undefined && length !== bytes) throw wrongSize(bytes, length, 'bytes')
  return { location: entries.get('location') ?? '', offset: whole('offset') ?? 0, bytes }
}

const readEntry = (reader: ProtoReader, entry: Range, into: Map<string, string>): void => {
  let key = ''
  let value = ''
  for (const { number, wire, range } of reader.fields(entry)) {
    if (wire !== 'bytes') continue
    if (number === 1) key = reader.text(range)
    else if (number === 2) value = reader.text(range)
  }
  into.set(key, value)
}

const wrongSize = (needed: number, found: number, unit: string) =>
  brokenProto(`has a tensor whose shape needs ${needed} ${unit} where ${found} are stored`)
