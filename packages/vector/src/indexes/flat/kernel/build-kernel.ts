import { assemble, type Bytes, type LocalType, op, type WasmFunction } from './assemble.ts'

/** Vectors of four floats added up apart from each other, so that no addition waits for the one before. */
const SUMS = 8
const STEP_BYTES = SUMS * 16

/**
 * The bytes of `kernel.wasm`. One row after the other: reading several at once is half as fast, since the processor
 * fetches ahead along few lines only. So it is bound by memory, not by arithmetic: relaxed SIMD (fused multiply-add)
 * gains nothing measurable, and would give other last digits on other machines.
 */
export const buildKernel = (): Uint8Array<ArrayBuffer> =>
  assemble([
    compare('dot', ({ query, row, offset }) => [
      ...op.get(query),
      ...op.loadV128(offset),
      ...op.get(row),
      ...op.loadV128(offset),
      ...op.mulF32x4,
    ]),
    compare('squaredDistance', ({ query, row, offset, scratch }) => [
      ...op.get(query),
      ...op.loadV128(offset),
      ...op.get(row),
      ...op.loadV128(offset),
      ...op.subF32x4,
      ...op.tee(scratch),
      ...op.get(scratch),
      ...op.mulF32x4,
    ]),
    compare('squares', ({ row, offset, scratch }) => [
      ...op.get(row),
      ...op.loadV128(offset),
      ...op.tee(scratch),
      ...op.get(scratch),
      ...op.mulF32x4,
    ]),
  ])

interface Places {
  query: number
  row: number
  offset: number
  scratch: number
}

/**
 * `(query, base, list, count, stride, out)`: for each of `count` row numbers in `list` the sum of `term` over the row,
 * into `out`. All are addresses in bytes; `stride` is a multiple of 16.
 */
const compare = (name: string, term: (places: Places) => Bytes): WasmFunction => {
  const [query, base, list, count, stride, out] = [0, 1, 2, 3, 4, 5] as const
  const [column, row, left, scratch] = [6, 7, 8, 9] as const
  const sums = Array.from({ length: SUMS }, (_, index) => 10 + index)
  const locals: LocalType[] = ['i32', 'i32', 'i32', 'v128', ...sums.map((): LocalType => 'v128')]
  const advance = (local: number, bytes: number): Bytes => [
    ...op.get(local),
    ...op.i32(bytes),
    ...op.add,
    ...op.set(local),
  ]
  const step = (into: readonly number[]): Bytes => [
    ...into.flatMap((sum, index) => [
      ...term({ query: column, row, offset: index * 16, scratch }),
      ...op.get(sum),
      ...op.addF32x4,
      ...op.set(sum),
    ]),
    ...advance(column, into.length * 16),
    ...advance(row, into.length * 16),
  ]
  const total = sums.flatMap((sum, index) => (index === 0 ? op.get(sum) : [...op.get(sum), ...op.addF32x4]))
  const body = repeat(count, [
    ...op.get(query),
    ...op.set(column),
    ...rowAddress({ base, list, stride }),
    ...op.set(row),
    ...sums.flatMap((sum) => [...op.zeroV128, ...op.set(sum)]),
    ...quotient(stride, STEP_BYTES),
    ...op.set(left),
    ...repeat(left, step(sums)),
    ...remainder(stride, STEP_BYTES),
    ...op.set(left),
    ...repeat(left, step(sums.slice(0, 1))),
    ...total,
    ...op.set(scratch),
    ...op.get(out),
    ...[0, 1, 2, 3].flatMap((lane) => [...op.get(scratch), ...op.lane(lane)]),
    ...op.addF32,
    ...op.addF32,
    ...op.addF32,
    ...op.storeF32(0),
    ...advance(list, 4),
    ...advance(out, 4),
  ])
  return { name, parameters: 6, locals, body }
}

/** `base + list[0] * stride` */
const rowAddress = ({ base, list, stride }: Record<'base' | 'list' | 'stride', number>): Bytes => [
  ...op.get(base),
  ...op.get(list),
  ...op.load(0),
  ...op.get(stride),
  ...op.mul,
  ...op.add,
]

/** How many whole steps a row has. */
const quotient = (stride: number, step: number): Bytes => [
  ...op.get(stride),
  ...op.i32(Math.log2(step)),
  ...op.shiftRight,
]

/** How many vectors of four floats it has behind them. */
const remainder = (stride: number, step: number): Bytes => [
  ...op.get(stride),
  ...op.i32(step - 1),
  ...op.and,
  ...op.i32(4),
  ...op.shiftRight,
]

/** Runs `body` as often as the local `counter` says, counting it down. */
const repeat = (counter: number, body: Bytes): Bytes =>
  op.block([
    ...op.get(counter),
    ...op.isZero,
    ...op.branchIf(0),
    ...op.loop([...body, ...op.get(counter), ...op.i32(1), ...op.sub, ...op.tee(counter), ...op.branchIf(0)]),
  ])
