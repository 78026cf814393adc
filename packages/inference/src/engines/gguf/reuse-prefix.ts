import type { Token } from 'node-llama-cpp'
import { copyPrefix } from './copy-prefix.ts'
import type { HostModel } from './load-model.ts'
import { type LlamaSequence, toPiece } from './open-sequences.ts'
import { PIECE } from './options.ts'
import { commonPrefix, type Slot } from './slots.ts'

interface Reader {
  loaded: Pick<HostModel, 'slots'>
  principal: string
  cacheKey: string | undefined
  /** Only what was read in whole pieces is of use. */
  seeded: boolean
}

/**
 * Leaves in the sequence the longest beginning of the prompt that this principal has in the context, in this sequence or
 * in another one, and nothing else. Never all of the prompt: its last token has to be read for the first of the answer.
 *
 * @returns its length.
 */
export const reusePrefix = async (slot: Slot<LlamaSequence>, tokens: Token[], reader: Reader): Promise<number> => {
  const { principal, cacheKey, loaded } = reader
  const { llama } = slot.sequence
  if (slot.principal !== principal) await clear(slot)
  slot.principal = principal
  slot.cacheKey = cacheKey

  const own = usable(slot, tokens, reader)
  const [best] = loaded.slots
    .others(slot, principal)
    .filter((other) => other.sequence.alone === slot.sequence.alone)
    .map((other) => ({ other, length: usable(other, tokens, reader) }))
    .toSorted((a, b) => b.length - a.length)
  if (best && best.length >= own + PIECE) await copy(best.other, slot, { tokens, length: best.length, principal })

  const keep = usable(slot, tokens, reader)
  await llama.adaptStateToTokens(tokens.slice(0, keep), false)
  const at = llama.nextTokenIndex
  slot.exact = Math.min(slot.exact, toPiece(at))
  return at
}

/** How much of the prompt what a sequence holds is good for. */
const usable = ({ sequence, exact }: Slot<LlamaSequence>, tokens: Token[], { seeded }: Reader): number => {
  const shared = Math.min(commonPrefix(sequence.contextTokens, tokens), tokens.length - 1)
  return seeded ? toPiece(Math.min(shared, exact)) : shared
}

const clear = async (slot: Slot<LlamaSequence>): Promise<void> => {
  slot.principal = undefined
  slot.exact = 0
  await slot.sequence.llama.clearHistory()
}

/** The other one may be at work, or be lent to somebody else meanwhile: then nothing was copied. */
const copy = async (
  other: Slot<LlamaSequence>,
  slot: Slot<LlamaSequence>,
  { tokens, length, principal }: { tokens: Token[]; length: number; principal: string },
): Promise<void> => {
  const { llama, alone, evaluationPriority } = slot.sequence
  const { lease, exact } = other
  // Two more are read behind it, for which there must be room without anything being moved.
  if (length + 2 >= llama.contextSize - 1) return
  slot.principal = undefined
  await alone(async () => {
    const copied = await copyPrefix(llama, other.sequence.llama, length).catch(() => false)
    const same = other.lease === lease && other.principal === principal
    if (!copied || !same || commonPrefix(llama.contextTokens, tokens) < length) await clear(slot)
    else slot.exact = Math.min(exact, other.exact, toPiece(length))
    // llama.cpp makes the copy at the next step. Two tokens are a piece for the batch plan, one would be a step of an answer.
    const start = llama.nextTokenIndex
    await llama.evaluateWithoutGeneratingNewTokens([tokens[0]!, tokens[0]!], { evaluationPriority })
    await llama.adaptStateToTokens(tokens.slice(0, start), false)
  })
  slot.principal = principal
}
