import { RtError, type Sampling } from '@rt/core'
import type { LlamaGrammar, LlamaModel } from 'node-llama-cpp'
import { identifyFile } from '@rt/node/files'
import { createChatTemplate, type ChatTemplate } from '../../driver-kit/chat/chat-template.ts'
import { loadUnchanged } from '../../driver-kit/load-unchanged.ts'
import { type BatchTally, createBatchTally } from './batch-plan.ts'
import { type CallSpans, createCallSpans } from './call-spans.ts'
import { checkFits } from './check-fits.ts'
import { checkNumbers, contextSize } from './context-size.ts'
import { canCopyPrefix } from './copy-prefix.ts'
import { keepAtRest } from './keep-at-rest.ts'
import { kvBytes } from './kv-bytes.ts'
import { type LlamaSequence, openSequences } from './open-sequences.ts'
import { DEFAULT_SEQUENCES, type GgufModelInfo, type HostModelState, type LoadParams } from './options.ts'
import { createPayoff, type Payoff } from './payoff.ts'
import { createSlotPool, type SequenceGroup, type SlotPool } from './slots.ts'
import { hashOf } from './state-names.ts'
import { openStateStore } from './open-state-store.ts'
import { createThreadStates, type ThreadStates } from './thread-states.ts'
import { borrowWeights, type Weights } from './weights.ts'

/** A model inside the host process. */
export interface HostModel extends AsyncDisposable {
  readonly info: GgufModelInfo
  readonly model: LlamaModel
  readonly template: ChatTemplate
  readonly slots: SlotPool<LlamaSequence>
  readonly sampling: Sampling
  /** Whether guessing tokens pays; undefined = it is not to guess. */
  readonly payoff: Payoff | undefined
  /** Of its last answers. */
  readonly calls: CallSpans
  /** Undefined where nothing of a thread is saved. */
  readonly states: ThreadStates | undefined
  grammar(text: string): Promise<LlamaGrammar>
  state(): HostModelState
}

/** Loads weights and opens the first sequence, so that the first request finds everything ready. */
export const loadModel = async (params: LoadParams, signal?: AbortSignal): Promise<HostModel> =>
  await loadUnchanged({
    model: params.id,
    files: [{ path: params.path, stamp: params.stamp }, ...(params.parts ?? []), ...(params.adapters ?? [])],
    load: () => loadChecked(params, signal),
    discard: (loaded) => loaded[Symbol.asyncDispose](),
  })

const loadChecked = async (params: LoadParams, signal?: AbortSignal): Promise<HostModel> => {
  const { sequences = DEFAULT_SEQUENCES, kvBudgetBytes } = params
  checkNumbers(params)
  await checkFits(params)
  const { value: weights, giveBack } = await borrowWeights(params, signal)
  let opening: Promise<ChatTemplate> | undefined
  try {
    const { model } = weights
    const contextTokens = contextSize(params, model.trainContextSize)
    const source = templateSource(params, model)
    opening = createChatTemplate({
      source,
      bosToken: model.tokens.bosString ?? '',
      eosToken: model.tokens.eosString ?? '',
    })
    // It is awaited behind the first context.
    opening.catch(() => {})
    const tally = createBatchTally()
    const payoff = params.speculation === false ? undefined : createPayoff()
    const kvBytesEach = kvBytes(model.fileInfo.architectureMetadata, contextTokens)
    const groups = new Set<SequenceGroup<LlamaSequence>>()
    const open = async (count: number): Promise<SequenceGroup<LlamaSequence>> => {
      const { sequences: opened, close } = await openSequences(params, weights, { contextTokens, count, tally })
      const group = {
        sequences: opened,
        close: async () => {
          groups.delete(group)
          await close()
        },
      }
      groups.add(group)
      return group
    }
    const first = await open(1)
    const copies = canCopyPrefix(first.sequences[0]!.llama)
    const states = copies ? await threadStates(params, weights, { contextTokens, kvBytesEach }) : undefined
    const pool = createSlotPool({
      first,
      open,
      copies: states ? 'all' : copies ? 'group' : 'none',
      retire: states?.keep,
      size: sequences,
      budget: kvBudgetBytes && kvBytesEach ? Math.max(1, Math.floor(kvBudgetBytes / kvBytesEach)) : undefined,
    })
    const slots = states ? keepAtRest(pool, states) : pool
    const template = await opening
    return {
      info: describe(model, { sizeBytes: weights.sizeBytes, contextTokens, template }),
      model,
      template,
      slots,
      sampling: params.sampling ?? {},
      payoff,
      calls: createCallSpans(),
      states,
      grammar: weights.grammar,
      state: () => stateOf(weights, { slots, tally, payoff, kvBytesEach, states }),
      async [Symbol.asyncDispose]() {
        if (states) await slots.finish(states.keep)
        await Promise.all([...groups].map((group) => group.close()))
        await template[Symbol.asyncDispose]()
        await giveBack()
      },
    }
  } catch (error) {
    await opening?.then(
      (template) => template[Symbol.asyncDispose](),
      () => {},
    )
    await giveBack()
    throw error
  }
}

/** What a thread left in a sequence is of use to the files, the context and the engine that computed it, and to no others. */
const threadStates = async (
  { kv, threads, path, parts = [], adapters = [] }: LoadParams,
  { model }: Weights,
  { contextTokens, kvBytesEach }: { contextTokens: number; kvBytesEach: number },
): Promise<ThreadStates | undefined> => {
  if (!kv) return undefined
  const files = await Promise.all(
    [path, ...[...parts, ...adapters].map((one) => one.path)].map((one) => identifyFile(one)),
  )
  const { llama } = model
  return createThreadStates({
    store: openStateStore(kv),
    model: hashOf([
      [llama.llamaCppRelease.release, llama.gpu, process.platform, process.arch, threads, contextTokens],
      // Not the device, whose number may be another after a restart.
      files.map((file) => [file?.inode, file?.size, file?.modified, file?.changed]),
      adapters.map(({ scale = 1 }) => scale),
    ]),
    tokenBytes: kvBytesEach / contextTokens,
  })
}

const templateSource = ({ id, template }: LoadParams, model: LlamaModel): string => {
  const source = template ?? model.fileInfo.metadata.tokenizer?.chat_template
  if (typeof source === 'string' && source) return source
  throw new RtError({
    code: 'model_invalid',
    message: `the model "${id}" has no chat template.`,
    hint: 'It may be a base model; load it with a `template` (Jinja).',
  })
}

const describe = (
  model: LlamaModel,
  { sizeBytes, contextTokens, template }: { sizeBytes: number; contextTokens: number; template: ChatTemplate },
): GgufModelInfo => {
  const tensors = model.fileInfo.fullTensorInfo ?? model.fileInfo.tensorInfo
  const parameters = tensors?.reduce(
    (sum, { dimensions }) => sum + dimensions.reduce<number>((all, one) => all * Number(one), 1),
    0,
  )
  return {
    architecture: model.architecture,
    ...(parameters && { parameters }),
    sizeBytes,
    contextTokens,
    trainContextTokens: model.trainContextSize,
    templateHash: template.hash.slice(0, 16),
    reasoning: template.features.reasoning !== undefined,
    infill: model.tokens.infill.prefix !== null && model.tokens.infill.suffix !== null,
  }
}

const stateOf = (
  { model }: Weights,
  {
    slots,
    tally,
    payoff,
    kvBytesEach,
    states,
  }: {
    slots: SlotPool<LlamaSequence>
    tally: BatchTally
    payoff: Payoff | undefined
    kvBytesEach: number
    states: ThreadStates | undefined
  },
): HostModelState => {
  const { open, most, busy, waiting } = slots.state()
  const { steps, rows, streams } = tally
  return {
    weightsBytes: model.size,
    kvBytes: open * kvBytesEach,
    sequences: { open, most },
    running: busy,
    waiting,
    ...(steps && { batch: { steps, rows, streams } }),
    ...(payoff?.tally.steps && { speculation: { ...payoff.tally } }),
    ...(states && { saved: states.state() }),
  }
}
