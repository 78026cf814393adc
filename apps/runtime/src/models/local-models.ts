import {
  type EmbeddingModel,
  type LanguageModel,
  type LoadedModel,
  type MemoryStatus,
  type Reranker,
  RtError,
  type TextClassifier,
} from '@rt/core'
import {
  type Catalog,
  createCatalog,
  type ModelKind,
  type PullProgress,
  type ResolvedModel,
} from '@rt/inference/catalog'
import type { GgufEngine } from '@rt/inference/gguf'
import type { OnnxEngine, OnnxEngineOptions } from '@rt/inference/onnx'
import type { OnnxSettings } from '../config/engine-settings.ts'
import type { Settings } from '../config/settings.ts'
import { once } from '../once.ts'
import { createLocalShelves } from './local-shelves.ts'
import { createMemory, type MemorySettings } from './memory.ts'
import { withModelSettings } from './model-settings.ts'
import type { Shelf } from './shelf.ts'

export interface LocalModelsOptions {
  settings: Pick<Settings, 'contextTokens' | 'download' | 'engine'> & MemorySettings
  /** Of the GGUF engine, where `engine.gguf` says nothing. */
  threads?: number
  /** Where caches of threads are saved. Default: nowhere. */
  kvFolder?: string | undefined
  /** Of the ONNX engine, in the same way. Default: half the cores. */
  embedThreads?: number
  /** Ends loading and fetching, when the runtime closes. */
  signal: AbortSignal
  onProgress?: (progress: PullProgress) => void
}

/** Models of this machine: the catalog finds the files, the engines load them, each once. */
export interface LocalModels extends AsyncDisposable {
  readonly catalog: Catalog
  /**
   * The installed model of a name; undefined = none.
   *
   * @param references paths and addresses count as names.
   */
  locate(name: string, kind: ModelKind, references: boolean): Promise<ResolvedModel | undefined>
  /** Fetches a model, a path or an address. */
  fetch(name: string, kind: ModelKind): Promise<ResolvedModel>
  /** @param options.keepAliveMs from now on it stays so long when nobody asks it. */
  chat(found: ResolvedModel, options?: { keepAliveMs?: number | undefined }): Promise<LanguageModel>
  embedder(found: ResolvedModel): Promise<EmbeddingModel>
  reranker(found: ResolvedModel): Promise<Reranker>
  classifier(found: ResolvedModel): Promise<TextClassifier>
  loaded(): Promise<LoadedModel[]>
  /** The budget of all of them. */
  memory(): MemoryStatus
  /** Deletes what models hold of a thread, or of all threads of a principal. */
  forget(of: { principal: string; thread?: string }): Promise<void>
  /** Starts what will run the model of that name, as far as the catalog knows it: its process is up when its files are found. */
  begin(name: string): void
  /** Frees what goes by one of these names, once running requests have ended; false when nothing did. */
  unload(names: string[]): Promise<boolean>
}

export const createLocalModels = (options: LocalModelsOptions): LocalModels => {
  const { settings, signal, onProgress } = options
  const { engine } = settings
  const catalog = createCatalog()
  const gguf = once(async (): Promise<GgufEngine> => {
    const { createGgufEngine } = await import('@rt/inference/gguf')
    const { threads = options.threads, kvDiskBytes, speculation } = engine.gguf ?? {}
    return createGgufEngine({ threads, kvFolder: options.kvFolder, kvDiskBytes, speculation })
  })
  const onnx = once(async (): Promise<OnnxEngine> => {
    const { createOnnxEngine } = await import('@rt/inference/onnx')
    return createOnnxEngine({
      threads: engine.onnx?.threads ?? options.embedThreads,
      ...(await providersOf(engine.onnx)),
    })
  })
  const memory = createMemory(settings, { catalog, signal })
  const { chats, embedders, rerankers, classifiers, begin } = createLocalShelves({
    settings,
    memory,
    gguf,
    onnx,
    signal,
  })
  const shelves: [LoadedModel['kind'], Pick<Shelf<unknown>, 'loaded' | 'unload'>][] = [
    ['chat', chats],
    ['embed', embedders],
    ['rerank', rerankers],
    ['classify', classifiers],
  ]
  const ofKind = <T extends Pick<ResolvedModel, 'entry'>>(bare: T, name: string, kind: ModelKind): T => {
    const found = withModelSettings(bare, engine.models)
    if (found.entry.kind === kind) return found
    const known = catalog.list().filter((entry) => entry.kind === kind)
    const isPath = found.entry.files.every(({ sources }) => sources.length === 0)
    const other = isPath ? `If it is of that kind all the same: [engine.models."${name}"] kind = "${kind}". ` : ''
    throw new RtError({
      code: 'unsupported',
      message: `"${name}" is of kind ${found.entry.kind}, not ${kind}.`,
      hint: `${other}${known.length ? `Models of kind ${kind}: ${known.map((entry) => entry.name).join(', ')}.` : `The catalog has none of kind ${kind}.`}`,
    })
  }

  return {
    catalog,
    begin(name) {
      const known = catalog.find(name)
      if (known) begin(known.engine)
    },
    async locate(name, kind, references) {
      const found = await catalog.locate(name, { references })
      return found && ofKind(found, name, kind)
    },
    async fetch(name, kind) {
      const known = catalog.find(name)
      // Gigabytes are not fetched to be refused. What a reference is, its file says.
      if (known && catalog.list().some((listed) => listed.name === known.name)) ofKind({ entry: known }, name, kind)
      return ofKind(await catalog.ensure(name, { references: true, signal, onProgress }), name, kind)
    },
    chat: (found, { keepAliveMs } = {}) => chats.get(found, keepAliveMs),
    embedder: (found) => embedders.get(found),
    reranker: (found) => rerankers.get(found),
    classifier: (found) => classifiers.get(found),
    loaded: async () =>
      (
        await Promise.all(
          shelves.map(async ([kind, shelf]) => (await shelf.loaded()).map((model) => ({ ...model, kind }))),
        )
      ).flat(),
    memory: () => memory.plan.state(),
    // Also what an earlier process saved: making the engine starts nothing.
    forget: async (of) => (await gguf()).forget(of),
    async unload(names) {
      const unloaded = await Promise.all(shelves.map(([, shelf]) => shelf.unload(names)))
      return unloaded.includes(true)
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([gguf.peek(), onnx.peek()].map(async (opened) => (await opened)?.[Symbol.asyncDispose]()))
    },
  }
}

/** Providers by name, each for the GPU that was chosen. */
const providersOf = async ({ providers, deviceId, tensorrtCache }: OnnxSettings = {}): Promise<
  Pick<OnnxEngineOptions, 'providers'>
> => {
  if (!providers && deviceId === undefined && tensorrtCache === undefined) return {}
  const { EXECUTION_PROVIDERS } = await import('@rt/inference/onnx')
  return {
    providers: (providers ?? EXECUTION_PROVIDERS).map((name) => ({
      name,
      deviceId,
      ...(name === 'tensorrt' && { cacheFolder: tensorrtCache }),
    })),
  }
}
