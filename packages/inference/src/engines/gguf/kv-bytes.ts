/** What sizes a key-value cache, as GGUF metadata names it below the architecture. */
export interface KvShape {
  block_count?: number
  embedding_length?: number
  attention?: {
    head_count?: number
    /** A list has one value a layer. */
    head_count_kv?: number | readonly number[]
    key_length?: number
    value_length?: number
  }
}

const HALF_FLOAT = 2
/** llama.cpp rounds a context up to this many tokens. */
const PADDING = 256

/**
 * Bytes of the key-value cache of one sequence, in half floats. For models that keep only a window in some layers this is
 * the most it can be. 0 when the file does not say.
 */
export const kvBytes = (shape: KvShape, contextTokens: number): number => {
  const { block_count: layers = 0, embedding_length: width = 0, attention = {} } = shape
  const { head_count: heads = 0, head_count_kv: shared = heads, key_length, value_length } = attention
  if (!layers || !heads) return 0
  const head = width / heads
  const perHead = (key_length ?? head) + (value_length ?? head)
  const kvHeads = typeof shared === 'number' ? shared * layers : shared.reduce((sum, one) => sum + one, 0)
  return kvHeads * perHead * HALF_FLOAT * Math.ceil(contextTokens / PADDING) * PADDING
}
