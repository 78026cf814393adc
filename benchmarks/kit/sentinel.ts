const buffer = new Float64Array(4 * 1024 * 1024)

/** Milliseconds for a fixed load on memory and arithmetic, about 100: when it moves, the machine was busy with others. */
export const sentinel = (): number => {
  const started = performance.now()
  let sum = 0
  for (let pass = 0; pass < 12; pass++) for (let i = 0; i < buffer.length; i++) sum += buffer[i]!
  for (let i = 0; i < 25_000_000; i++) sum = (sum * 1.000001 + i) % 1_000_003
  if (Number.isNaN(sum)) throw new Error('unreachable: keeps the loop alive')
  return performance.now() - started
}
