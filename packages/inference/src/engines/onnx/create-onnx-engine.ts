import { availableParallelism } from 'node:os'
import { entryUrl } from '@rt/node/worker'
import { createHost } from '../../host/create-host.ts'
import { loadEmbedder, type OnnxEmbedder, type OnnxEmbedderOptions } from './load-embedder.ts'

export interface OnnxEngineOptions {
  /** Threads of one run. Default: half of the cores, 1 to 4; the other half decodes. */
  threads?: number
  /**
   * A child that is silent for so long is killed, ms. Default 60,000: one run blocks the child, and on a slow or busy
   * machine a long text takes seconds.
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
   * @throws RtError `engine_unavailable`, `model_unavailable` (a file is missing), `model_invalid` (damaged, or of other
   * dimensions), `checksum_mismatch` (a file was replaced after it was checked), `invalid_request` (an option out of range).
   */
  loadEmbedder(options: OnnxEmbedderOptions): Promise<OnnxEmbedder>
}

export const createOnnxEngine = (options: OnnxEngineOptions = {}): OnnxEngine => {
  const { threads = Math.min(4, Math.max(1, Math.floor(availableParallelism() / 2))), hangMs = 60_000 } = options
  const host = createHost({
    name: 'onnx engine',
    entry: entryUrl(import.meta.url, './onnx-host.ts', 'onnx-host.js'),
    // onnxruntime 1.30 reports the machine and the model to its maker unless told not to. Nothing of anyone's is sent.
    env: { ORT_DISABLE_TELEMETRY: '1' },
    // Vectors travel as typed arrays.
    serialization: 'advanced',
    hangMs,
    // Silence is noticed at a heartbeat.
    heartbeatMs: Math.min(5000, Math.ceil(hangMs / 4)),
  })
  return {
    get pid() {
      return host.pid
    },
    async start() {
      await host.call('warm')
    },
    loadEmbedder: (embedder) => loadEmbedder(host, threads, embedder),
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  }
}
