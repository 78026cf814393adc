import {
  abortError,
  type EmbeddingModel,
  type LanguageModel,
  type LoadedModel,
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
import type { GgufEmbedder, GgufEngine, GgufModel, GgufReranker } from '@rt/inference/gguf'
import type {
  OnnxClassifier,
  OnnxEmbedder,
  OnnxEngine,
  OnnxEngineOptions,
  OnnxLanguageModel,
  OnnxReranker,
} from '@rt/inference/onnx'
import type { OnnxSettings } from '../config/engine-settings.ts'
import type { Settings } from '../config/settings.ts'
import { once } from '../once.ts'
import {
  ggufChat,
  ggufEmbedder,
  ggufReranker,
  onnxChat,
  onnxClassifier,
  onnxEmbedder,
  onnxReranker,
} from './engine-options.ts'
import { settingsOf, withModelSettings } from './model-settings.ts'
import { createShelf, type Shelf } from './shelf.ts'
import { withPreset } from './with-preset.ts'

export interface LocalModelsOptions {
  settings: Pick<Settings, 'contextTokens' | 'download' | 'engine'>
  /** Of the GGUF engine, where `engine.gguf` says nothing. */
  threads?: number
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
  chat(found: ResolvedModel): Promise<LanguageModel>
  embedder(found: ResolvedModel): Promise<EmbeddingModel>
  reranker(found: ResolvedModel): Promise<Reranker>
  classifier(found: ResolvedModel): Promise<TextClassifier>
  loaded(): Promise<LoadedModel[]>
  /** Frees what goes by one of these names; false when nothing did. */
  unload(names: string[]): Promise<boolean>
}

/** What every handle of an engine tells, whatever it does. */
type Held = AsyncDisposable & Pick<GgufReranker, 'id' | 'state'>

export const createLocalModels = (options: LocalModelsOptions): LocalModels => {
  const { settings, signal, onProgress } = options
  const { contextTokens, engine } = settings
  const catalog = createCatalog()
  const gguf = once(async (): Promise<GgufEngine> => {
    const { createGgufEngine } = await import('@rt/inference/gguf')
    return createGgufEngine({ threads: engine.gguf?.threads ?? options.threads })
  })
  const onnx = once(async (): Promise<OnnxEngine> => {
    const { createOnnxEngine } = await import('@rt/inference/onnx')
    return createOnnxEngine({
      threads: engine.onnx?.threads ?? options.embedThreads,
      ...(await providersOf(engine.onnx)),
    })
  })
  const chats = createShelf<GgufModel | OnnxLanguageModel>()
  const embedders = createShelf<OnnxEmbedder | GgufEmbedder>()
  const rerankers = createShelf<OnnxReranker | GgufReranker>()
  const classifiers = createShelf<OnnxClassifier>()
  const shelves: [ModelKind, Pick<Shelf<Held>, 'loaded' | 'unload'>][] = [
    ['chat', chats],
    ['embed', embedders],
    ['rerank', rerankers],
    ['classify', classifiers],
  ]
  /** No host is started for a runtime that closed meanwhile: nobody would end it. */
  const load = <M extends Held>(shelf: Shelf<M>, { entry }: ResolvedModel, open: () => Promise<M>): Promise<M> =>
    shelf.get([entry.name], async () => {
      if (signal.aborted) throw abortError(signal)
      return open()
    })
  const ofKind = (bare: ResolvedModel, name: string, kind: ModelKind): ResolvedModel => {
    const found = withModelSettings(bare, engine.models)
    if (found.entry.kind === kind) return found
    const known = catalog.list().filter((entry) => entry.kind === kind)
    const isExport = found.entry.engine === 'onnx' && found.entry.files.every(({ sources }) => sources.length === 0)
    const other = isExport
      ? `If the export is of that kind all the same: [engine.models."${name}"] kind = "${kind}". `
      : ''
    throw new RtError({
      code: 'unsupported',
      message: `"${name}" is of kind ${found.entry.kind}, not ${kind}.`,
      hint: `${other}${known.length ? `Models of kind ${kind}: ${known.map((entry) => entry.name).join(', ')}.` : `The catalog has none of kind ${kind}.`}`,
    })
  }

  return {
    catalog,
    async locate(name, kind, references) {
      const found = await catalog.locate(name, { references })
      return found && ofKind(found, name, kind)
    },
    fetch: async (name, kind) =>
      ofKind(await catalog.ensure(name, { references: true, signal, onProgress }), name, kind),
    chat: (found) =>
      load(chats, found, async () => {
        const { entry } = found
        const model: GgufModel | OnnxLanguageModel =
          entry.engine === 'gguf'
            ? await (await gguf()).load(ggufChat(found, contextTokens))
            : await (await onnx()).loadLanguageModel(onnxChat(found, contextTokens))
        return withPreset(model, entry.preset)
      }),
    embedder: (found) =>
      load(embedders, found, async () => {
        const { dimensions } = settingsOf(found.entry, engine.models)
        return found.entry.engine === 'gguf'
          ? (await gguf()).loadEmbedder(ggufEmbedder(found, dimensions))
          : (await onnx()).loadEmbedder(onnxEmbedder(found, dimensions))
      }),
    reranker: (found) =>
      load(rerankers, found, async () =>
        found.entry.engine === 'gguf'
          ? (await gguf()).loadReranker(ggufReranker(found))
          : (await onnx()).loadReranker(onnxReranker(found)),
      ),
    classifier: (found) => load(classifiers, found, async () => (await onnx()).loadClassifier(onnxClassifier(found))),
    loaded: () =>
      Promise.all(
        shelves.flatMap(([kind, shelf]) =>
          shelf.loaded().map(async (model) => ({ id: model.id, kind, ...(await model.state()) })),
        ),
      ),
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
