import { abortError, type EmbeddingModel, type LanguageModel, type LoadedModel, RtError } from '@rt/core'
import {
  type Catalog,
  createCatalog,
  type FileRole,
  type PullProgress,
  type ResolvedModel,
} from '@rt/inference/catalog'
import type { GgufEmbedder, GgufEmbedderOptions, GgufEngine, GgufModel } from '@rt/inference/gguf'
import type { OnnxEmbedder, OnnxEngine } from '@rt/inference/onnx'
import type { FileIdentity } from '@rt/node/files'
import type { Settings } from '../config/settings.ts'
import { once } from '../once.ts'
import { createShelf } from './shelf.ts'
import { withPreset } from './with-preset.ts'

export interface LocalModelsOptions {
  settings: Pick<Settings, 'contextTokens' | 'download'>
  /** Of the chat engine. */
  threads?: number
  /** Of the embedder. Default: half the cores. */
  embedThreads?: number
  /** Ends loading and fetching, when the runtime closes. */
  signal: AbortSignal
  onProgress?: (progress: PullProgress) => void
}

export type Kind = 'chat' | 'embed'

/** Models of this machine: the catalog finds the files, the engines load them, each once. */
export interface LocalModels extends AsyncDisposable {
  readonly catalog: Catalog
  /**
   * The installed model of a name; undefined = none.
   *
   * @param references paths and addresses count as names.
   */
  locate(name: string, kind: Kind, references: boolean): Promise<ResolvedModel | undefined>
  /** Fetches a model, a path or an address. */
  fetch(name: string, kind: Kind): Promise<ResolvedModel>
  chat(found: ResolvedModel): Promise<LanguageModel>
  embedder(found: ResolvedModel): Promise<EmbeddingModel>
  loaded(): Promise<LoadedModel[]>
  /** Frees what goes by one of these names; false when nothing did. */
  unload(names: string[]): Promise<boolean>
}

export const createLocalModels = (options: LocalModelsOptions): LocalModels => {
  const { settings, signal, onProgress } = options
  const catalog = createCatalog()
  const gguf = once(async (): Promise<GgufEngine> => {
    const { createGgufEngine } = await import('@rt/inference/gguf')
    return createGgufEngine({ threads: options.threads })
  })
  const onnx = once(async (): Promise<OnnxEngine> => {
    const { createOnnxEngine } = await import('@rt/inference/onnx')
    return createOnnxEngine({ threads: options.embedThreads })
  })
  const chats = createShelf<GgufModel>()
  const embedders = createShelf<OnnxEmbedder | GgufEmbedder>()
  /** No host is started for a runtime that closed meanwhile: nobody would end it. */
  const refuseClosed = (): void => {
    if (signal.aborted) throw abortError(signal)
  }
  const ofKind = (found: ResolvedModel, name: string, kind: Kind): ResolvedModel => {
    if (found.entry.kind === kind) return found
    const known = catalog.list().filter((entry) => entry.kind === kind)
    throw new RtError({
      code: 'unsupported',
      message: `"${name}" is of kind ${found.entry.kind}, not ${kind}.`,
      hint: `Models of kind ${kind}: ${known.map((entry) => entry.name).join(', ')}.`,
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
    chat: ({ entry, files, stamps }) =>
      chats.get([entry.name], async () => {
        refuseClosed()
        const { preset = {} } = entry
        const model = await (
          await gguf()
        ).load({
          id: entry.name,
          path: files.model,
          stamp: stamps?.model,
          parts: partsOf(files, stamps),
          contextTokens: settings.contextTokens ?? preset.contextTokens,
          sampling: entry.sampling,
          adapters: preset.adapters,
          ...(preset.template !== undefined && { template: preset.template }),
        })
        return withPreset(model, entry.preset)
      }),
    embedder: ({ entry, files, stamps }) =>
      embedders.get([entry.name], async () => {
        refuseClosed()
        if (entry.engine === 'gguf') return (await gguf()).loadEmbedder(ggufEmbedder({ entry, files, stamps }))
        return (await onnx()).loadEmbedder({
          id: entry.name,
          modelPath: files.model,
          stamps,
          tokenizerPath: files.tokenizer!,
          pooling: entry.pooling ?? 'mean',
          normalize: entry.normalize ?? true,
          prefixes: entry.prefixes,
          maxTokens: entry.context ?? 512,
          dimensions: entry.dimensions!,
          relatedCosine: entry.relatedCosine,
        })
      }),
    loaded: () =>
      Promise.all([
        ...chats.loaded().map(async (model) => ({ id: model.id, kind: 'chat' as const, ...(await model.state()) })),
        ...embedders
          .loaded()
          .map(async (model) => ({ id: model.id, kind: 'embed' as const, ...(await model.state()) })),
      ]),
    async unload(names) {
      const unloaded = await Promise.all([chats.unload(names), embedders.unload(names)])
      return unloaded.includes(true)
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([gguf.peek(), onnx.peek()].map(async (engine) => (await engine)?.[Symbol.asyncDispose]()))
    },
  }
}

/** Further files of a split model, as they were checked. */
const partsOf = (
  files: ResolvedModel['files'],
  stamps: ResolvedModel['stamps'],
): { path: string; stamp?: FileIdentity | undefined }[] =>
  (Object.keys(files) as FileRole[]).flatMap((role) => {
    const path = role.startsWith('part-') ? files[role] : undefined
    return path === undefined ? [] : [{ path, stamp: stamps?.[role] }]
  })

const ggufEmbedder = ({
  entry,
  files,
  stamps,
}: Pick<ResolvedModel, 'entry' | 'files' | 'stamps'>): GgufEmbedderOptions => ({
  id: entry.name,
  path: files.model,
  stamp: stamps?.model,
  pooling: entry.pooling,
  prefixes: entry.prefixes,
  dimensions: entry.dimensions,
  relatedCosine: entry.relatedCosine,
  // Without a stamp nobody says that it is still that file.
  sha256: stamps?.model && entry.files.find(({ role }) => role === 'model')?.sha256,
})
