import { type LlamaSequence, toPiece } from './open-sequences.ts'
import { PIECE } from './options.ts'
import type { Slot } from './slots.ts'
import { widenState } from './state-file.ts'
import type { FoundState, StateStore } from './state-store.ts'

/** Below it reading again costs about what restoring does. */
export const LEAST_SAVED: number = 2 * PIECE

/** Saves what sequences hold of threads, and brings it back. */
export interface ThreadStates {
  /** Saves what a sequence holds, unless that is done, it is of no thread, or too little. Nobody may use it meanwhile. */
  keep(slot: Slot<LlamaSequence>): Promise<void>
  find(slot: Slot<LlamaSequence>, name: { principal: string; cacheKey: string }): FoundState | undefined
  /** Fills a sequence; false when it now holds nothing. */
  restore(slot: Slot<LlamaSequence>, found: FoundState): Promise<boolean>
  /** Fills a sequence with what one of another context holds; false when it now holds nothing. */
  carry(from: Slot<LlamaSequence>, to: Slot<LlamaSequence>): Promise<boolean>
  state(): { threads: number; bytes: number }
}

export const createThreadStates = ({
  store,
  model,
  tokenBytes,
}: {
  store: StateStore
  /** Hash of all that the numbers depend on. */
  model: string
  /** Of one token in a cache. */
  tokenBytes: number
}): ThreadStates => {
  const load = (slot: Slot<LlamaSequence>, path: string): Promise<boolean> =>
    slot.sequence.alone(() =>
      slot.sequence.llama.loadStateFromFile(path, { acceptRisk: true }).then(
        () => true,
        () => false,
      ),
    )
  const write = ({ sequence }: Slot<LlamaSequence>, path: string): Promise<unknown> =>
    sequence.alone(() => sequence.llama.saveStateToFile(path))

  return {
    async keep(slot) {
      const { principal, cacheKey, exact, saved, sequence } = slot
      const tokens = sequence.contextTokens.length
      if (saved || principal === undefined || cacheKey === undefined || tokens < LEAST_SAVED) return
      slot.saved = await store.save(
        { principal, thread: cacheKey },
        { model, exact, sequences: sequence.count, bytes: tokens * tokenBytes, write: (path) => write(slot, path) },
      )
    },
    find: ({ sequence }, { principal, cacheKey }) => store.find({ principal, thread: cacheKey }, model, sequence.count),
    async restore(slot, found) {
      await empty(slot)
      const read = async (path: string): Promise<boolean> =>
        (await load(slot, path)) && isSame(slot.sequence.contextTokens, found.tokens)
      const done = await store.load(found, slot.sequence.count, read)
      if (done) slot.exact = Math.min(found.exact, toPiece(found.tokens.length))
      else await empty(slot)
      return done
    },
    async carry(from, to) {
      const { exact } = from
      await empty(to)
      const done = await store
        .withFile(async (path) => {
          await write(from, path)
          return widenState(path, to.sequence.count) && load(to, path)
        })
        .catch(() => false)
      if (!done) await empty(to)
      else to.exact = Math.min(exact, from.exact)
      return done
    },
    state: () => store.state(model),
  }
}

/** Loading may fail half-way, which leaves a sequence without tokens. */
const empty = async (slot: Slot<LlamaSequence>): Promise<void> => {
  slot.exact = 0
  await slot.sequence.llama.clearHistory()
}

const isSame = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((token, i) => token === b[i])
