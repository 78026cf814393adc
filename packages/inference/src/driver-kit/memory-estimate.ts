/** What a model is expected to take in the memory of its process, in bytes, before it is loaded. */
export interface MemoryEstimate {
  weightsBytes: number
  /** Its key-value caches: of one conversation, without which it does not work, and of all it may hold. */
  kvBytes: { least: number; most: number }
  /** What computing takes beside them: copies of weights in another order, buffers, the vocabulary. */
  otherBytes: number
  /** The context window that was asked for, of which a smaller one would need less. */
  contextTokens?: number | undefined
}
