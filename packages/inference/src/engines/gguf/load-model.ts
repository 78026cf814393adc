import { createHash } from 'node:crypto'
import { freemem } from 'node:os'
import { basename } from 'node:path'
import { RtError, toRtError, type Sampling } from '@rt/core'
import type { Llama, LlamaContextSequence, LlamaGrammar, LlamaModel } from 'node-llama-cpp'
import { readGgufModel } from '../../driver-kit/gguf/read-gguf-model.ts'
import { loadUnchanged } from '../../driver-kit/load-unchanged.ts'
import { createChatTemplate, type ChatTemplate } from '../../driver-kit/chat/chat-template.ts'
import { loadLlama } from './load-llama.ts'
import { kvBytes } from './kv-bytes.ts'
import { DEFAULT_SEQUENCES, type GgufModelInfo, type HostModelState, type LoadParams } from './options.ts'
import { checkNumber } from './sampling.ts'
import { createSlotPool, type SlotPool } from './slots.ts'

/** A model inside the host process. */
export interface HostModel extends AsyncDisposable {
  readonly info: GgufModelInfo
  readonly model: LlamaModel
  readonly template: ChatTemplate
  readonly slots: SlotPool<LlamaContextSequence>
  readonly sampling: Sampling
  grammar(text: string): Promise<LlamaGrammar>
  state(): HostModelState
}

const DEFAULT_CONTEXT = 4096
/** Prompts are read in pieces of this many tokens, so nothing is gained by a larger batch, which would only hold memory. */
export const PIECE = 64

/** Loads weights and opens the first sequence, so that the first request finds everything ready. */
export const loadModel = async (params: LoadParams, signal?: AbortSignal): Promise<HostModel> =>
  await loadUnchanged({
    model: params.id,
    files: [{ path: params.path, stamp: params.stamp }, ...(params.parts ?? [])],
    load: () => loadChecked(params, signal),
    discard: (loaded) => loaded[Symbol.asyncDispose](),
  })

const loadChecked = async (params: LoadParams, signal?: AbortSignal): Promise<HostModel> => {
  const { path, threads, sequences = DEFAULT_SEQUENCES } = params
  if (params.contextTokens !== undefined)
    checkNumber('contextTokens', params.contextTokens, { low: 16, high: 2 ** 24, whole: true })
  checkNumber('sequences', sequences, { low: 1, high: 256, whole: true })
  const [sizeBytes, llama] = await Promise.all([checkFile(params), loadLlama({ threads })])
  const model = await asRtError(params, () =>
    // The binding's own memory check takes 0.15 s; where a file is small beside the free memory there is nothing to check.
    llama.loadModel({
      modelPath: path,
      ...(signal && { loadSignal: signal }),
      ignoreMemorySafetyChecks: sizeBytes * 4 < freemem(),
    }),
  )
  try {
    const contextTokens = contextSize(params, model)
    const create = async (): Promise<LlamaContextSequence> => {
      const context = await asRtError(params, () =>
        model.createContext({
          contextSize: contextTokens,
          batchSize: Math.min(PIECE, contextTokens),
          ...(threads && { threads }),
          ignoreMemorySafetyChecks: contextTokens <= DEFAULT_CONTEXT && sizeBytes * 4 < freemem(),
          failedCreationRemedy: false,
        }),
      )
      return context.getSequence()
    }
    const source = templateSource(params, model)
    const slots = createSlotPool({ create: withFirst(await create(), create), size: sequences })
    return {
      info: describe(model, { sizeBytes, contextTokens, source }),
      model,
      template: createChatTemplate({
        source,
        bosToken: model.tokens.bosString ?? '',
        eosToken: model.tokens.eosString ?? '',
      }),
      slots,
      sampling: params.sampling ?? {},
      grammar: createGrammarCache(llama),
      state: () => memoryOf(model, slots, contextTokens),
      async [Symbol.asyncDispose]() {
        await model.dispose()
      },
    }
  } catch (error) {
    await model.dispose()
    throw error
  }
}

const withFirst = <T>(first: T, create: () => Promise<T>): (() => Promise<T>) => {
  let unused: T | undefined = first
  return async () => {
    const ready = unused
    unused = undefined
    return ready ?? create()
  }
}

/** Rejects a damaged file before native code reads it. */
const checkFile = async ({ id, path }: LoadParams): Promise<number> => {
  try {
    return (await readGgufModel(path, `${basename(path)} of the model "${id}"`)).bytes
  } catch (cause) {
    if (RtError.isInstance(cause)) throw cause
    throw new RtError({
      code: 'model_not_found',
      message: `the file ${basename(path)} of the model "${id}" cannot be opened (${(cause as NodeJS.ErrnoException).code ?? 'unknown'}).`,
      hint: 'Check the path, or fetch the model again.',
      cause,
    })
  }
}

const asRtError = async <T>({ id, path }: LoadParams, work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (cause) {
    const { code, message } = toRtError(cause)
    if (code === 'aborted') throw cause
    const memory = cause instanceof Error && (cause.name === 'InsufficientMemoryError' || /memory/i.test(message))
    throw new RtError({
      code: memory ? 'model_unavailable' : 'model_invalid',
      message: `the model "${id}" could not be loaded: ${message.replaceAll(path, basename(path))}`,
      hint: memory
        ? 'Use a smaller contextTokens or a smaller model, or free memory.'
        : 'Fetch the file again; if that does not help, its architecture may be newer than this engine.',
      cause,
    })
  }
}

const contextSize = ({ id, contextTokens }: LoadParams, model: LlamaModel): number => {
  const trained = model.trainContextSize
  if (contextTokens !== undefined && contextTokens > trained)
    throw new RtError({
      code: 'invalid_request',
      message: `contextTokens is ${contextTokens}, and "${id}" was trained for ${trained}.`,
      hint: `Use at most ${trained}.`,
      data: { field: 'contextTokens', trainContextTokens: trained },
    })
  return contextTokens ?? Math.min(trained, DEFAULT_CONTEXT)
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
  { sizeBytes, contextTokens, source }: { sizeBytes: number; contextTokens: number; source: string },
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
    templateHash: createHash('sha256').update(source).digest('hex').slice(0, 16),
  }
}

/** The first sequence is there from the start, also before a request took it. */
const memoryOf = (model: LlamaModel, slots: SlotPool<LlamaContextSequence>, contextTokens: number): HostModelState => {
  const { open: opened, most, busy, waiting } = slots.state()
  const open = Math.max(1, opened)
  return {
    weightsBytes: model.size,
    kvBytes: open * kvBytes(model.fileInfo.architectureMetadata, contextTokens),
    sequences: { open, most },
    running: busy,
    waiting,
  }
}

/** Compiling a grammar costs a temporary file and a native parse: the last few are kept. */
const createGrammarCache = (llama: Llama, most: number = 32): ((text: string) => Promise<LlamaGrammar>) => {
  const known = new Map<string, Promise<LlamaGrammar>>()
  return (text) => {
    const grammar = known.get(text) ?? llama.createGrammar({ grammar: text })
    known.delete(text)
    known.set(text, grammar)
    grammar.catch(() => known.delete(text))
    if (known.size > most) known.delete(known.keys().next().value!)
    return grammar
  }
}
