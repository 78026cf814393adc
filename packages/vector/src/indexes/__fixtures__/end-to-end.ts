/** Vectors end to end, as `add` takes them. */
export const endToEnd = (vectors: Iterable<Float32Array>): Float32Array =>
  Float32Array.from([...vectors].flatMap((vector) => [...vector]))
