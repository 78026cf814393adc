/** WebAssembly code or a part of a module, as bytes. */
export type Bytes = readonly number[]

const TYPE = { i32: 0x7f, v128: 0x7b } as const

export type LocalType = keyof typeof TYPE

export interface WasmFunction {
  name: string
  /** All are i32; they are the first locals. */
  parameters: number
  locals: readonly LocalType[]
  body: Bytes
}

/** `\0asm`, version 1. */
const MAGIC: Bytes = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]

/** Unsigned LEB128. */
const unsigned = (value: number): Bytes => {
  const low = value & 0x7f
  return value < 0x80 ? [low] : [low | 0x80, ...unsigned(value >>> 7)]
}

/** Signed LEB128. */
const signed = (value: number): Bytes => {
  const low = value & 0x7f
  const rest = value >> 7
  const last = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)
  return last ? [low] : [low | 0x80, ...signed(rest)]
}

const vector = (items: readonly Bytes[]): Bytes => [...unsigned(items.length), ...items.flat()]
const text = (value: string): Bytes => vector([...new TextEncoder().encode(value)].map((byte) => [byte]))
const simd = (opcode: number): Bytes => [0xfd, ...unsigned(opcode)]
/** Alignment (a hint, as a power of two) and offset of a memory access. */
const access = (alignment: number, offset: number): Bytes => [alignment, ...unsigned(offset)]

type WithValue = 'get' | 'set' | 'tee' | 'i32' | 'load' | 'storeF32' | 'branchIf' | 'loadV128' | 'lane'
type Plain =
  | 'add'
  | 'sub'
  | 'mul'
  | 'and'
  | 'shiftRight'
  | 'isZero'
  | 'addF32'
  | 'zeroV128'
  | 'addF32x4'
  | 'subF32x4'
  | 'mulF32x4'

/** The instructions our kernels are made of; what they work on is pushed before. */
export const op: Record<WithValue, (value: number) => Bytes> &
  Record<Plain, Bytes> &
  Record<'loop' | 'block', (body: Bytes) => Bytes> = {
  get: (local) => [0x20, ...unsigned(local)],
  set: (local) => [0x21, ...unsigned(local)],
  tee: (local) => [0x22, ...unsigned(local)],
  i32: (value) => [0x41, ...signed(value)],
  add: [0x6a],
  sub: [0x6b],
  mul: [0x6c],
  and: [0x71],
  shiftRight: [0x76],
  isZero: [0x45],
  load: (offset) => [0x28, ...access(2, offset)],
  storeF32: (offset) => [0x38, ...access(2, offset)],
  addF32: [0x92],
  /** A branch to it runs `body` again. */
  loop: (body) => [0x03, 0x40, ...body, 0x0b],
  /** A branch to it goes on behind it. */
  block: (body) => [0x02, 0x40, ...body, 0x0b],
  branchIf: (depth) => [0x0d, ...unsigned(depth)],
  loadV128: (offset) => [...simd(0), ...access(2, offset)],
  zeroV128: [...simd(12), ...Array.from({ length: 16 }, () => 0)],
  lane: (index) => [...simd(31), index],
  addF32x4: simd(228),
  subF32x4: simd(229),
  mulF32x4: simd(230),
}

const section = (id: number, items: readonly Bytes[]): Bytes => {
  const content = vector(items)
  return [id, ...unsigned(content.length), ...content]
}

const signature = ({ parameters }: WasmFunction): Bytes => [
  0x60,
  ...vector(Array.from({ length: parameters }, () => [TYPE.i32])),
  ...vector([]),
]

const code = ({ locals, body }: WasmFunction): Bytes => {
  const content = [...vector(locals.map((type) => [1, TYPE[type]])), ...body, 0x0b]
  return [...unsigned(content.length), ...content]
}

/** A module of functions without results, over the memory it imports as `memory.memory`. */
export const assemble = (functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from([
    ...MAGIC,
    ...section(1, functions.map(signature)),
    ...section(2, [[...text('memory'), ...text('memory'), 0x02, 0x00, 0x00]]),
    ...section(
      3,
      functions.map((_, index) => unsigned(index)),
    ),
    ...section(
      7,
      functions.map(({ name }, index) => [...text(name), 0x00, ...unsigned(index)]),
    ),
    ...section(10, functions.map(code)),
  ])
