import {
  abortError,
  type EmbeddingModel,
  type LanguageModel,
  type LoadedModel,
  type ModelEntry,
  RtError,
  type Router,
} from '@rt/core'
import { createCatalog, type PullProgress, type ResolvedModel } from '@rt/inference/catalog'
import type { GgufEngine, GgufModel } from '@rt/inference/gguf'
import type { OnnxEmbedder, OnnxEngine } from '@rt/inference/onnx'
import type { Settings } from '../config/settings.ts'
import { once } from '../once.ts'
import { createShelf } from './shelf.ts'

export interface ModelsOptions {
  settings: Pick<Settings, 'chat' | 'embed' | 'aliases' | 'contextTokens' | 'download'>
  /** Of the chat engine. */
  threads?: number
  /** Of the embedder. Default: half the cores. */
  embedThreads?: number
  /** Ends loading and fetching, when the runtime closes. */
  signal: AbortSignal
  onProgress?: (progress: PullProgress) => void
}

export interface Models extends Router, AsyncDisposable {
  /** Undefined when switched off. */
  embedder(name?: string): Promise<EmbeddingModel | undefined>
  /** Installed models, then aliases. */
  list(): Promise<ModelEntry[]>
  /** Those in memory. */
  loaded(): Promise<LoadedModel[]>
  /** Frees a model's memory; false when it is not loaded. */
  unload(name: string): Promise<boolean>
}

type Kind = 'chat' | 'embed'

/** Names to loaded models: the catalog finds the files, the engines load them, each once. */
export const createModels = (options: ModelsOptions): Models => {
  const { settings } = options
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
  const embedders = createShelf<OnnxEmbedder>()

  const canonical = (name: string): string => catalog.find(name)?.name ?? name

  /** An alias stands for the names it lists. */
  const namesOf = (name: string): string[] =>
    (Object.hasOwn(settings.aliases, name) ? settings.aliases[name]! : [name]).map(canonical)
  /** What the program itself chose may be a path or an address, and be fetched: never a name out of a request. */
  const chosen = new Set(
    [...settings.chat, ...(settings.embed || []), ...Object.values(settings.aliases).flat()].flatMap(namesOf),
  )

  const locate = (name: string): Promise<ResolvedModel | undefined> =>
    catalog.locate(name, { references: chosen.has(name) })

  const refuseClosed = (): void => {
    if (options.signal.aborted) throw abortError(options.signal)
  }

  /** The first of the names that is installed, else the first that can be fetched. */
  const find = async (names: string[], kind: Kind): Promise<ResolvedModel> => {
    for (const name of names) {
      const found = await locate(name)
      if (found) return ofKind(found, name, kind)
    }
    refuseClosed()
    const failures: unknown[] = []
    for (const name of options.settings.download ? names.filter((one) => chosen.has(one)) : [])
      try {
        const { signal, onProgress } = options
        return ofKind(await catalog.ensure(name, { references: true, signal, onProgress }), name, kind)
      } catch (error) {
        if (options.signal.aborted) throw error
        failures.push(error)
      }
    const [first = ''] = names
    if (failures.length) throw failures[0]
    if (catalog.find(first) && chosen.has(first)) throw notFetched(first)
    throw await catalog.notFound(first, { kind, references: chosen.has(first) })
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

  const loadChat = async ({ entry, files, stamps }: ResolvedModel): Promise<GgufModel> => {
    // No host is started for a runtime that closed meanwhile: nobody would end it.
    refuseClosed()
    return (await gguf()).load({
      id: entry.name,
      path: files.model,
      stamp: stamps?.model,
      contextTokens: settings.contextTokens,
      sampling: entry.sampling,
    })
  }

  const loadEmbedder = async ({ entry, files, stamps }: ResolvedModel): Promise<OnnxEmbedder> => {
    refuseClosed()
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
  }

  const chat = async (names: string[]): Promise<LanguageModel> => {
    refuseClosed()
    return chats.get(names, async () => {
      const found = await find(names, 'chat')
      // The default list and a name out of it may mean the same file: it is loaded once.
      return names.length > 1 ? chats.get([found.entry.name], () => loadChat(found)) : loadChat(found)
    })
  }
  const embedder = async (names: string[]): Promise<EmbeddingModel> => {
    refuseClosed()
    return embedders.get(names, async () => loadEmbedder(await find(names, 'embed')))
  }

  return {
    pick: (name) => chat(name === undefined ? settings.chat.flatMap(namesOf) : namesOf(name)),
    async embedder(name) {
      if (name !== undefined) return embedder(namesOf(name))
      return settings.embed === false ? undefined : embedder(settings.embed.flatMap(namesOf))
    },
    async list() {
      const installed = await catalog.installed()
      const models = installed.map(({ entry }) => toEntry(entry.name, entry.kind, 'local'))
      const aliases = Object.entries(settings.aliases).flatMap(([alias, names]) => {
        const target = names.map((name) => catalog.find(name, { references: true })).find(Boolean)
        return target ? [toEntry(alias, target.kind, 'alias')] : []
      })
      return [...models, ...aliases]
    },
    loaded: () =>
      Promise.all([
        ...chats.loaded().map(async (model) => ({ id: model.id, kind: 'chat' as const, ...(await model.state()) })),
        ...embedders
          .loaded()
          .map(async (model) => ({ id: model.id, kind: 'embed' as const, ...(await model.state()) })),
      ]),
    async unload(name) {
      const names = namesOf(name)
      const unloaded = await Promise.all([chats.unload(names), embedders.unload(names)])
      return unloaded.includes(true)
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([gguf.peek(), onnx.peek()].map(async (engine) => (await engine)?.[Symbol.asyncDispose]()))
    },
  }
}

const notFetched = (name: string): RtError =>
  new RtError({
    code: 'model_not_found',
    message: `${name} is not on this machine, and fetching models is off.`,
    hint: `Fetch it with rt pull ${name}, or allow it: RT_DOWNLOAD, engine.download of config.toml, or download: true.`,
  })

const toEntry = (id: string, kind: ModelEntry['kind'], ownedBy: string): ModelEntry => ({
  id,
  kind,
  created: 0,
  ownedBy,
})
