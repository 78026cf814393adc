import type { Token } from 'node-llama-cpp'
import { commonPrefix } from './best-match.ts'
import { copyPrefix } from './copy-prefix.ts'
import type { HostModel } from './load-model.ts'
import { type LlamaSequence, toPiece } from './open-sequences.ts'
import { PIECE } from './options.ts'
import type { Slot } from './slots.ts'
import { LEAST_SAVED } from './thread-states.ts'

interface Reader {
  loaded: Pick<HostModel, 'slots' | 'states'>
  principal: string
  cacheKey: string | undefined
  /** Only what was read in whole pieces is of use. */
  seeded: boolean
}

/** Where a beginning of the prompt can be had from. */
interface Source {
  length: number
  /** It is worth the work when it gives so many tokens more than the sequence has. */
  least: number
  /** Leaves it in the sequence; or nothing. */
  take(): Promise<void>
}

/**
 * Leaves in the sequence the longest beginning of the prompt that this principal has anywhere, in this sequence, in another
 * one or saved, and nothing else. Never all of the prompt: its last token has to be read for the first of the answer.
 *
 * @returns its length.
 */
export const reusePrefix = async (slot: Slot<LlamaSequence>, tokens: Token[], reader: Reader): Promise<number> => {
  const { principal, cacheKey, loaded } = reader
  const { llama } = slot.sequence
  const wasIts = slot.principal === principal && slot.cacheKey === cacheKey
  if (!wasIts && loaded.states) await loaded.slots.tend(slot, loaded.states.keep)
  if (slot.principal !== principal) await clear(slot)
  slot.principal = principal
  slot.cacheKey = cacheKey
  slot.saved = false

  const own = usable(slot.sequence.contextTokens, slot.exact, tokens, reader)
  const [best] = [...others(slot, tokens, reader), ...(wasIts ? [] : saved(slot, tokens, reader))]
    .filter(({ length, least }) => length >= own + least)
    .toSorted((a, b) => b.length - a.length)
  if (best) {
    // Whose it is while it is being filled is not known.
    slot.principal = undefined
    await best.take()
    slot.principal = principal
  }
  const keep = usable(slot.sequence.contextTokens, slot.exact, tokens, reader)
  await llama.adaptStateToTokens(tokens.slice(0, keep), false)
  const at = llama.nextTokenIndex
  slot.exact = Math.min(slot.exact, toPiece(at))
  return at
}

/** How much of the prompt what is held is good for. */
const usable = (held: readonly number[], exact: number, tokens: Token[], { seeded }: Reader): number => {
  const shared = Math.min(commonPrefix(held, tokens), tokens.length - 1)
  return seeded ? toPiece(Math.min(shared, exact)) : shared
}

const others = (slot: Slot<LlamaSequence>, tokens: Token[], reader: Reader): Source[] =>
  reader.loaded.slots.others(slot, reader.principal).flatMap((other): Source[] => {
    const length = usable(other.sequence.contextTokens, other.exact, tokens, reader)
    if (other.sequence.alone === slot.sequence.alone) {
      const take = () => unlessLent(other, slot, reader, () => copy(other, slot, { token: tokens[0]!, length }))
      return [{ length, least: PIECE, take }]
    }
    const { states } = reader.loaded
    if (!states || other.sequence.count !== 1) return []
    return [
      { length, least: LEAST_SAVED, take: () => unlessLent(other, slot, reader, () => states.carry(other, slot)) },
    ]
  })

const saved = (slot: Slot<LlamaSequence>, tokens: Token[], reader: Reader): Source[] => {
  const { principal, cacheKey, loaded } = reader
  const found = cacheKey === undefined ? undefined : loaded.states?.find(slot, { principal, cacheKey })
  if (!found) return []
  const length = usable(found.tokens, found.exact, tokens, reader)
  return [{ length, least: LEAST_SAVED, take: async () => void (await loaded.states!.restore(slot, found)) }]
}

const clear = async (slot: Slot<LlamaSequence>): Promise<void> => {
  slot.principal = undefined
  slot.exact = 0
  await slot.sequence.llama.clearHistory()
}

/** The other one may be lent to somebody else meanwhile: then nothing of it is kept. */
const unlessLent = async (
  other: Slot<LlamaSequence>,
  slot: Slot<LlamaSequence>,
  { principal }: Reader,
  fill: () => Promise<unknown>,
): Promise<void> => {
  const { lease } = other
  await fill()
  if (other.lease !== lease || other.principal !== principal) await clear(slot)
}

/** Out of one that is at work it may fail. */
const copy = async (
  other: Slot<LlamaSequence>,
  slot: Slot<LlamaSequence>,
  { token, length }: { token: Token; length: number },
): Promise<void> => {
  const { llama, alone, evaluationPriority } = slot.sequence
  const { exact } = other
  // Two more are read behind it, for which there must be room without anything being moved.
  if (length + 2 >= llama.contextSize - 1) return
  await alone(async () => {
    const copied = await copyPrefix(llama, other.sequence.llama, length).catch(() => false)
    if (copied) slot.exact = Math.min(exact, other.exact, toPiece(length))
    else await clear(slot)
    // llama.cpp makes the copy at the next step. Two tokens are a piece for the batch plan, one would be a step of an answer.
    const held = llama.contextTokens
    await llama.evaluateWithoutGeneratingNewTokens([token, token], { evaluationPriority })
    await llama.adaptStateToTokens(held, false)
  })
}
