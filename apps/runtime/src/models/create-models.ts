import { abortError, type EmbeddingModel, type LanguageModel, type ModelEntry, RtError, type Router } from '@rt/core'
import { createCatalog, type PullProgress, type ResolvedModel } from '@rt/inference/catalog'
import type { GgufEngine } from '@rt/inference/gguf'
import type { OnnxEngine } from '@rt/inference/onnx'
import { once } from '../once.ts'

export interface ModelsOptions {
  /** Name of the default chat model. */
  chat: string
  /** Name of the embedder; false = none: keyword retrieval only. */
  embed: string | false
  /** Of the chat engine. */
  threads?: number
  /** Of the embedder. Default: half the cores. */
  embedThreads?: number
  contextTokens?: number
  /** Fetch a missing default model. Other models are never fetched here. */
  download: boolean
  /** Ends loading and fetching, when the runtime closes. */
  signal: AbortSignal
  onProgress?: (progress: PullProgress) => void
}

export interface Models extends Router, AsyncDisposable {
  /** Undefined when switched off. */
  embedder(name?: string): Promise<EmbeddingModel | undefined>
  list(): Promise<ModelEntry[]>
}

/** Names to loaded models: the catalog finds the files, the engines load them, each once. */
export const createModels = (options: ModelsOptions): Models => {
  const catalog = createCatalog()
  const gguf = once(async (): Promise<GgufEngine> => {
    const { createGgufEngine } = await import('@rt/inference/gguf')
    return createGgufEngine({ threads: options.threads })
  })
  const onnx = once(async (): Promise<OnnxEngine> => {
    const { createOnnxEngine } = await import('@rt/inference/onnx')
    return createOnnxEngine({ threads: options.embedThreads })
  })
  const chats = new Map<string, Promise<LanguageModel & AsyncDisposable>>()
  const embedders = new Map<string, Promise<EmbeddingModel & AsyncDisposable>>()

  const canonical = <N extends string | false>(name: N): N | string =>
    name === false ? name : (catalog.find(name)?.name ?? name)

  /** Only what the program itself chose may be a path or an address, or be fetched: never a name out of a request. */
  const find = async (name: string, kind: 'chat' | 'embed'): Promise<ResolvedModel> => {
    const chosen = name === canonical(options.chat) || name === canonical(options.embed)
    const found =
      (await catalog.locate(name, { references: chosen })) ??
      (options.download && chosen
        ? await catalog.ensure(name, { references: true, signal: options.signal, onProgress: options.onProgress })
        : undefined)
    if (!found) throw await catalog.notFound(name, { kind, references: chosen })
    if (found.entry.kind !== kind)
      throw new RtError({
        code: 'unsupported',
        message: `"${name}" is of kind ${found.entry.kind}, not ${kind}.`,
        hint: `Models of kind ${kind}: ${catalog
          .list()
          .filter((entry) => entry.kind === kind)
          .map((entry) => entry.name)
          .join(', ')}.`,
      })
    return found
  }

  const loadChat = async (name: string): Promise<LanguageModel & AsyncDisposable> => {
    const { entry, files } = await find(name, 'chat')
    return (await gguf()).load({
      id: entry.name,
      path: files.model,
      contextTokens: options.contextTokens,
      sampling: entry.sampling,
    })
  }

  const loadEmbedder = async (name: string): Promise<EmbeddingModel & AsyncDisposable> => {
    const { entry, files } = await find(name, 'embed')
    return (await onnx()).loadEmbedder({
      id: entry.name,
      modelPath: files.model,
      tokenizerPath: files.tokenizer!,
      pooling: entry.pooling ?? 'mean',
      normalize: entry.normalize ?? true,
      prefixes: entry.prefixes,
      maxTokens: entry.context ?? 512,
      dimensions: entry.dimensions!,
      relatedCosine: entry.relatedCosine,
    })
  }

  /** A failure is not kept: names come from requests, and the next try may succeed. */
  const memo = <T>(map: Map<string, Promise<T>>, name: string, load: (name: string) => Promise<T>): Promise<T> => {
    if (options.signal.aborted) return Promise.reject(abortError(options.signal))
    const key = canonical(name)
    const known = map.get(key)
    if (known) return known
    const model = load(key)
    map.set(key, model)
    model.catch(() => map.delete(key))
    return model
  }

  return {
    pick: (name = options.chat) => memo(chats, name, loadChat),
    async embedder(name = options.embed === false ? undefined : options.embed) {
      return name === undefined ? undefined : memo(embedders, name, loadEmbedder)
    },
    async list() {
      const installed = await catalog.installed()
      return installed.map(({ entry }) => ({
        id: entry.name,
        kind: entry.kind,
        created: 0,
        ownedBy: 'local',
      }))
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([gguf.peek(), onnx.peek()].map(async (engine) => (await engine)?.[Symbol.asyncDispose]()))
    },
  }
}
