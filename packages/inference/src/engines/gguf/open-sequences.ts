import { freemem } from 'node:os'
import type { EvaluationPriority, LlamaContext, LlamaContextSequence } from 'node-llama-cpp'
import { type BatchTally, createBatchPlan, type Lane } from './batch-plan.ts'
import { kvBytes } from './kv-bytes.ts'
import { type LoadParams, PIECE } from './options.ts'
import type { CachedTokens, SequenceGroup } from './slots.ts'
import { createTurns, type Turns } from './turns.ts'
import { asRtError, type Weights } from './weights.ts'

/** Down to where a piece ends. */
export const toPiece = (tokens: number): number => Math.floor(tokens / PIECE) * PIECE

/** A sequence of llama.cpp, and its place in the batches of its context. */
export interface LlamaSequence extends CachedTokens {
  readonly llama: LlamaContextSequence
  readonly lane: Lane
  /** Goes with every piece of its work. */
  readonly evaluationPriority: EvaluationPriority
  /** Sequences of its context, itself among them: how many were allocated together. */
  readonly count: number
  /**
   * For copies, saving and loading, one at a time in a context: llama.cpp makes a copy at the next step, and what is
   * loaded or saved before that would be another's.
   */
  readonly alone: Turns
}

/** Opens one context with that many sequences; the key-value caches of all of them are allocated at once. */
export const openSequences = async (
  params: LoadParams,
  { model, sizeBytes }: Weights,
  { contextTokens, count, tally }: { contextTokens: number; count: number; tally: BatchTally },
): Promise<SequenceGroup<LlamaSequence>> => {
  const plan = createBatchPlan(count, tally)
  const caches = count * kvBytes(model.fileInfo.architectureMetadata, contextTokens)
  const context: LlamaContext = await asRtError(params, () =>
    model.createContext({
      contextSize: contextTokens,
      sequences: count,
      batchSize: Math.min(PIECE, contextTokens),
      ...(params.threads && { threads: params.threads }),
      ...(params.adapters?.length && {
        lora: { adapters: params.adapters.map(({ path, scale = 1 }) => ({ filePath: path, scale })) },
      }),
      batching: { itemPrioritizationStrategy: plan.next },
      ignoreMemorySafetyChecks: sizeBytes * 4 < freemem() && caches > 0 && caches * 4 < freemem(),
      failedCreationRemedy: false,
    }),
  )
  for (const lane of plan.lanes) tally.lanes.add(lane)
  const alone = createTurns()
  // A fresh context hands its sequences out in the order of their numbers: lane and sequence are the same one.
  return {
    sequences: plan.lanes.map((lane) => toSequence(context.getSequence(), { lane, count, alone })),
    async close() {
      for (const lane of plan.lanes) tally.lanes.delete(lane)
      // Native code that copies, saves or loads reads what is freed here: the binding does not wait for it.
      await alone(() => context.dispose())
    },
  }
}

const toSequence = (
  llama: LlamaContextSequence,
  { lane, count, alone }: Pick<LlamaSequence, 'lane' | 'count' | 'alone'>,
): LlamaSequence => ({
  llama,
  lane,
  count,
  alone,
  // The binding only hands it on to the plan, which could not tell otherwise whose work an item is.
  evaluationPriority: lane.id as EvaluationPriority,
  get contextTokens() {
    return llama.contextTokens
  },
})
