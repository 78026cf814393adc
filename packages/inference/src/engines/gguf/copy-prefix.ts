import type { LlamaContextSequence } from 'node-llama-cpp'

/**
 * Makes a sequence hold what another one of its context holds, up to that many tokens. False when it could not be done:
 * then it holds nothing anybody should trust.
 *
 * What is used of the binding's internals is here; `copy-prefix.test.ts` fails when they change.
 */
export const copyPrefix = async (
  target: LlamaContextSequence,
  source: LlamaContextSequence,
  tokens: number,
): Promise<boolean> => {
  const inner = target as unknown as InnerSequence
  return (await inner._copyStateFromOtherSequence?.(source, tokens)) === true
}

/**
 * Caches with a window or a state of their own cannot be cut at any token; another version of the binding may copy in
 * another way, or not at all.
 */
export const canCopyPrefix = (sequence: LlamaContextSequence): boolean =>
  typeof (sequence as unknown as InnerSequence)._copyStateFromOtherSequence === 'function' && !sequence.needsCheckpoints

interface InnerSequence {
  _copyStateFromOtherSequence?(source: LlamaContextSequence, upToTokenIndex: number): Promise<boolean>
}
