import { freemem } from 'node:os'
import { basename } from 'node:path'
import { RtError, toRtError } from '@rt/core'
import { identifyFile } from '@rt/node/files'
import type { Llama, LlamaGrammar, LlamaModel } from 'node-llama-cpp'
import type { GgufHeader } from '../../driver-kit/gguf/read-gguf-header.ts'
import type { GgufModelFiles } from '../../driver-kit/gguf/read-gguf-model.ts'
import { loadLlama } from './load-llama.ts'
import { checkAdapters } from './check-adapters.ts'
import { checkModel } from './check-model.ts'
import type { LoadParams } from './options.ts'
import { type Borrowed, createShare } from './share.ts'
import type { Pooling } from '../../driver-kit/pooling.ts'
import { POOLING_NUMBERS } from './vector-options.ts'

/** The weights of a file. Contexts of any size are opened over them. */
export interface Weights {
  readonly model: LlamaModel
  readonly sizeBytes: number
  /** As it was checked before native code read the file. */
  readonly header: GgufHeader
  grammar(text: string): Promise<LlamaGrammar>
}

type WeightsParams = Pick<LoadParams, 'id' | 'path' | 'parts' | 'threads' | 'adapters'> & {
  /** Instead of the file's own. */
  pooling?: Pooling | undefined
}

/** Loads a file, once for all who use it: another size of context costs a context. */
export const borrowWeights = async (params: WeightsParams, signal?: AbortSignal): Promise<Borrowed<Weights>> => {
  const files = [params.path, ...[...(params.parts ?? []), ...(params.adapters ?? [])].map(({ path }) => path)]
  const identities = await Promise.all(files.map((path) => identifyFile(path)))
  return await shared.borrow(JSON.stringify([files, identities, params.pooling]), (stop) => load(params, stop), signal)
}

const shared = createShare<Weights>(async ({ model }) => await model.dispose())

const load = async (params: WeightsParams, signal: AbortSignal): Promise<Weights> => {
  const [{ header, bytes: sizeBytes }, llama] = await Promise.all([
    checkFiles(params),
    loadLlama({ threads: params.threads }),
  ])
  const model = await asRtError(params, () =>
    // The binding's own memory check takes 0.15 s; where a file is small beside the free memory there is nothing to check.
    llama.loadModel({
      modelPath: params.path,
      loadSignal: signal,
      ...pooledAs(params, header),
      ignoreMemorySafetyChecks: sizeBytes * 4 < freemem(),
    }),
  )
  return { model, sizeBytes, header, grammar: createGrammarCache(llama) }
}

/** The binding has no option for it: the file is read as if it said so. */
const pooledAs = ({ pooling }: WeightsParams, { metadata }: GgufHeader) =>
  pooling && {
    metadataOverrides: { [String(metadata.get('general.architecture'))]: { pooling_type: POOLING_NUMBERS[pooling] } },
  }

/** Rejects damaged files before native code reads them. */
const checkFiles = async (params: WeightsParams): Promise<GgufModelFiles> => {
  const files = await checkModel(params)
  await checkAdapters(params.id, params.adapters ?? [], files.header)
  return files
}

/** Runs a step of loading: what the binding throws becomes an error that says what to do. */
export const asRtError = async <T>({ id, path, adapters = [] }: WeightsParams, work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (cause) {
    const { code, message } = toRtError(cause)
    if (code === 'aborted') throw cause
    const memory = cause instanceof Error && (cause.name === 'InsufficientMemoryError' || /memory/i.test(message))
    throw new RtError({
      code: memory ? 'model_unavailable' : 'model_invalid',
      message: `the model "${id}" could not be loaded: ${withoutFolders(message, [path, ...adapters.map((one) => one.path)])}`,
      hint: memory
        ? 'Use a smaller contextTokens or a smaller model, or free memory.'
        : 'Fetch the file again; if that does not help, its architecture may be newer than this engine.',
      cause,
    })
  }
}

const withoutFolders = (message: string, paths: string[]): string =>
  paths.reduce((text, path) => text.replaceAll(path, basename(path)), message)

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
