import { rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { createSecretId } from '@rt/core'
import { userFolder } from '@rt/node/files'
import { entryUrl } from '@rt/node/worker'
import { createHost } from '../../host/create-host.ts'
import { ignoreGone } from '../../host/ignore-gone.ts'
import { hostMemory } from '../../host/host-memory.ts'
import { createQuarantine } from '../../host/quarantine.ts'
import { watchModels } from '../../host/watch-models.ts'
import { checkNumbers } from './context-size.ts'
import { estimateMemory, estimateVectors } from './estimate-memory.ts'
import { loadEmbedder } from './load-embedder.ts'
import { loadReranker } from './load-reranker.ts'
import { createGgufModel } from './model.ts'
import type { GgufEngine, GgufEngineOptions, GgufModelInfo, LoadParams } from './options.ts'
import { checkNumber } from './sampling.ts'
import { removeStates } from './state-names.ts'
import { suspectOf } from './suspect-of.ts'

const NAME = 'gguf engine'

/** llama.cpp's work hops over the threads of libuv's pool; with one, decoding is twice as fast on few cores. */
const UV_THREADS = availableParallelism() > 4 ? '2' : '1'

/** What threads hold is saved when the engine ends: a gigabyte on a slow disk takes seconds. */
const SAVE_MS = 10_000

/** Of saved caches, when nothing is said. */
const KV_DISK_BYTES = 1e9
/** Native code makes as many as it is told. */
const MOST_THREADS = 256

/** An engine for GGUF files. Nothing starts before the first use. */
export const createGgufEngine = ({
  threads,
  env = {},
  kvFolder,
  kvDiskBytes = KV_DISK_BYTES,
  speculation,
}: GgufEngineOptions = {}): GgufEngine => {
  if (threads !== undefined) checkNumber('threads', threads, { low: 1, high: MOST_THREADS, whole: true })
  checkNumber('kvDiskBytes', kvDiskBytes, { low: 0, high: 2 ** 50, whole: true })
  const models = watchModels({
    quarantine: createQuarantine({ engine: NAME }),
    suspectOf,
    loads: ['load', 'loadVectors', 'count', 'tokenize', 'detokenize'],
    answers: ['generate', 'redecode', 'infill', 'embed', 'rank'],
  })
  const host = createHost({
    name: NAME,
    models,
    graceMs: SAVE_MS,
    entry: entryUrl(import.meta.url, './entry.ts', 'gguf-host.js'),
    env: { UV_THREADPOOL_SIZE: UV_THREADS, RT_COMPILE_CACHE: userFolder('cache', 'rt', 'compile-cache'), ...env },
  })
  return {
    get pid() {
      return host.pid
    },
    start: ({ signal } = {}) => host.call('start', { threads }, { signal }),
    async load(options, { signal } = {}) {
      checkNumbers(options)
      const load: LoadParams = {
        ...options,
        key: createSecretId(),
        ...(threads && { threads }),
        ...(speculation !== undefined && { speculation }),
        ...(kvFolder !== undefined && kvDiskBytes > 0 && { kv: { folder: kvFolder, bytes: kvDiskBytes } }),
      }
      if (kvFolder !== undefined && kvDiskBytes === 0) await rm(kvFolder, { recursive: true, force: true })
      const info = await host.call<GgufModelInfo>('load', load, { signal })
      return createGgufModel({ host, load, info, models })
    },
    loadEmbedder: (options, { signal } = {}) => loadEmbedder({ host, models }, { ...options, threads }, signal),
    loadReranker: (options, { signal } = {}) => loadReranker({ host, models }, { ...options, threads }, signal),
    estimate: estimateMemory,
    estimateEmbedder: (options) => estimateVectors({ ...options, task: 'embed' }),
    estimateReranker: (options) => estimateVectors({ ...options, task: 'rank' }),
    async forget(of) {
      if (host.pid !== undefined) await host.call('forget', of).catch(ignoreGone)
      if (kvFolder !== undefined) removeStates(kvFolder, of)
    },
    memoryBytes: () => hostMemory(host),
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  }
}
