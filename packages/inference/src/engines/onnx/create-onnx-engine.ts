import { availableParallelism } from 'node:os'
import { entryUrl } from '@rt/node/worker'
import {
  EXECUTION_PROVIDERS,
  type ExecutionProvider,
  type ProviderChoice,
} from '../../driver-kit/execution-provider.ts'
import type { MemoryEstimate } from '../../driver-kit/memory-estimate.ts'
import { checkNumber } from '../../driver-kit/sampling.ts'
import { createHost } from '../../host/create-host.ts'
import { hostMemory } from '../../host/host-memory.ts'
import { createQuarantine } from '../../host/quarantine.ts'
import { watchModels } from '../../host/watch-models.ts'
import { loadEmbedder, type OnnxEmbedder, type OnnxEmbedderOptions } from './load-embedder.ts'
import {
  loadClassifier,
  loadReranker,
  type OnnxClassifier,
  type OnnxClassifierOptions,
  type OnnxReranker,
  type OnnxRerankerOptions,
} from './load-scorer.ts'
import { loadLanguageModel } from './load-language-model.ts'
import { estimateMemory, estimateWriter } from './estimate-memory.ts'
import { explainProvider } from './explain-provider.ts'
import type { ModelHost, OnnxModelOptions } from './open-model.ts'
import { readProviders } from './select-provider.ts'
import { createSilenceLimit } from './silence-limit.ts'
import { suspectOf } from './suspect-of.ts'
import type { OnnxLanguageModel, OnnxLanguageModelOptions } from './writer-options.ts'

export interface OnnxEngineOptions {
  /** Threads of one run on the CPU. Default: half of the cores, 1 to 4; the other half decodes. */
  threads?: number
  /**
   * What may compute, best first: each model takes the first that runs it, and its `state()` says why those before did
   * not. One name forces it. Default: all there are, `cpu` last.
   */
  providers?: readonly (ExecutionProvider | ProviderChoice)[]
  /**
   * A child that is silent for so long is killed, ms; longer where the model's measured speed asks for it. Default
   * 60,000: one run blocks the child, and on a slow or busy machine a long text takes seconds.
   */
  hangMs?: number
}

/** Runs ONNX models in a child process of its own, which starts at the first use and again after a crash. */
export interface OnnxEngine extends AsyncDisposable {
  /** Of the child; undefined while none runs. */
  readonly pid: number | undefined
  /**
   * Starts the child and loads the native library, so that the first call need not wait.
   *
   * @throws RtError `engine_unavailable` when onnxruntime-node is missing.
   */
  start(): Promise<void>
  /**
   * Loads a model and checks it with one run.
   *
   * @throws RtError `engine_unavailable`, `model_unavailable` (a file is missing), `model_invalid` (damaged, of other
   * dimensions, or with weights outside of its folder), `checksum_mismatch` (a file was replaced after it was checked),
   * `invalid_request` (an option out of range), `unsupported` (none of the providers runs it).
   */
  loadEmbedder(options: OnnxEmbedderOptions): Promise<OnnxEmbedder>
  /** Loads a cross-encoder. Throws as `loadEmbedder` does. */
  loadReranker(options: OnnxRerankerOptions): Promise<OnnxReranker>
  /** Loads a model that sorts texts into labels. Throws as `loadEmbedder` does. */
  loadClassifier(options: OnnxClassifierOptions): Promise<OnnxClassifier>
  /** Loads a decoder that was exported with its key-value cache. Throws as `loadEmbedder` does. */
  loadLanguageModel(options: OnnxLanguageModelOptions): Promise<OnnxLanguageModel>
  /**
   * What a model would take in memory, from its files: nothing is loaded and no child started. Throws as loading does for
   * files that are wrong.
   *
   * @param options.dimensions of an embedder; default: as the `config.json` beside it says, else taken for large.
   */
  estimate(options: OnnxModelOptions & { dimensions?: number | undefined }): Promise<MemoryEstimate>
  /** The same of a decoder; the `config.json` beside it tells the size of its caches. */
  estimateLanguageModel(options: OnnxLanguageModelOptions): Promise<MemoryEstimate>
  /** What the child takes in memory now, its models included, in bytes; undefined while none runs. */
  memoryBytes(): Promise<number | undefined>
}

const NAME = 'onnx engine'
/** Native code makes as many as it is told. */
const MOST_THREADS = 256

export const createOnnxEngine = (options: OnnxEngineOptions = {}): OnnxEngine => {
  const { threads = Math.min(4, Math.max(1, Math.floor(availableParallelism() / 2))), hangMs = 60_000 } = options
  checkNumber('threads', threads, { low: 1, high: MOST_THREADS, whole: true })
  checkNumber('hangMs', hangMs, { low: 1, high: 2 ** 31 - 1, whole: true })
  const providers = readProviders(options.providers ?? EXECUTION_PROVIDERS)
  const limit = createSilenceLimit(hangMs)
  const watched = watchModels({
    quarantine: createQuarantine({ engine: NAME }),
    suspectOf,
    loads: ['load', 'count'],
    answers: ['embed', 'score', 'write'],
  })
  const host = createHost({
    name: NAME,
    models: watched,
    entry: entryUrl(import.meta.url, './onnx-host.ts', 'onnx-host.js'),
    // onnxruntime 1.30 reports the machine and the model to its maker unless told not to. Nothing of anyone's is sent.
    env: { ORT_DISABLE_TELEMETRY: '1' },
    // Vectors travel as typed arrays.
    serialization: 'advanced',
    hangMs: limit.ms,
    // Silence is noticed at a heartbeat.
    heartbeatMs: Math.min(5000, Math.ceil(hangMs / 4)),
  })
  const models: ModelHost = { host, watched, threads, providers, limit, explain: explainProvider }
  return {
    get pid() {
      return host.pid
    },
    async start() {
      await host.call('warm')
    },
    loadEmbedder: (embedder) => loadEmbedder(models, embedder),
    loadReranker: (reranker) => loadReranker(models, reranker),
    loadLanguageModel: (model) => loadLanguageModel(models, model),
    loadClassifier: (classifier) => loadClassifier(models, classifier),
    estimate: estimateMemory,
    estimateLanguageModel: estimateWriter,
    memoryBytes: () => hostMemory(host),
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  }
}
