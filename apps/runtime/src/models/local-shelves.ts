import { abortError, type EmbeddingModel, type LanguageModel, type Reranker, type TextClassifier } from '@rt/core'
import type { ModelEngine, ResolvedModel } from '@rt/inference/catalog'
import type { GgufEmbedder, GgufEngine, GgufModel, GgufReranker } from '@rt/inference/gguf'
import type { KeepOptions, MemoryEstimate } from '@rt/inference/memory'
import type { OnnxClassifier, OnnxEmbedder, OnnxEngine, OnnxLanguageModel, OnnxReranker } from '@rt/inference/onnx'
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
import { lentChat, lentClassifier, lentEmbedder, lentReranker } from './lent-models.ts'
import type { Memory } from './memory.ts'
import { settingsOf } from './model-settings.ts'
import { createShelf, type Held, type Shelf } from './shelf.ts'
import { withPreset } from './with-preset.ts'

export interface LocalShelvesOptions {
  settings: Pick<Settings, 'contextTokens' | 'engine'>
  memory: Memory
  gguf(): Promise<GgufEngine>
  onnx(): Promise<OnnxEngine>
  /** Fires when the runtime closes. */
  signal: AbortSignal
}

/** A shelf for each kind of model: what loads it, and what that is expected to take. */
export interface LocalShelves {
  chats: Shelf<LanguageModel>
  embedders: Shelf<EmbeddingModel>
  rerankers: Shelf<Reranker>
  classifiers: Shelf<TextClassifier>
  /** Starts the process of an engine; nobody waits for it here. */
  begin(name: ModelEngine): void
}

export const createLocalShelves = ({ settings, memory, gguf, onnx, signal }: LocalShelvesOptions): LocalShelves => {
  const { contextTokens, engine } = settings
  const { kvBudgetBytes } = memory
  /** Started beside the look into the file, so that what a model takes can be told from what its process takes. */
  const started = {
    gguf: once(async () => enterPlan('gguf', await gguf())),
    onnx: once(async () => enterPlan('onnx', await onnx())),
  }
  const enterPlan = async (name: ModelEngine, opened: GgufEngine | OnnxEngine): Promise<void> => {
    await opened.start({ signal })
    memory.plan.reserve(`${name} engine`, (await opened.memoryBytes()) ?? 0)
  }
  /** No host is started for a runtime that closed meanwhile: nobody would end it. */
  const keep = <M extends Held>(
    { entry: { engine: name } }: ResolvedModel,
    { estimate, load }: { estimate: () => Promise<MemoryEstimate>; load: (granted: { kvBytes: number }) => Promise<M> },
  ): Pick<KeepOptions<M>, 'estimate' | 'load' | 'measure' | 'process'> => ({
    async estimate() {
      if (signal.aborted) throw abortError(signal)
      const [need] = await Promise.all([estimate(), started[name]()])
      return need
    },
    load,
    process: name,
    measure: async () => (name === 'gguf' ? await gguf() : await onnx()).memoryBytes(),
  })
  const chats = createShelf<GgufModel | OnnxLanguageModel, LanguageModel>({
    memory,
    keep(found) {
      const { entry } = found
      if (entry.engine === 'onnx') {
        const chat = onnxChat(found, contextTokens)
        return keep<GgufModel | OnnxLanguageModel>(found, {
          estimate: async () => (await onnx()).estimateLanguageModel(chat),
          load: async () => withPreset(await (await onnx()).loadLanguageModel(chat), entry.preset),
        })
      }
      const chat = { ...ggufChat(found, contextTokens), ...(kvBudgetBytes && { kvBudgetBytes }) }
      return keep<GgufModel | OnnxLanguageModel>(found, {
        estimate: async () => (await gguf()).estimate(chat),
        load: async ({ kvBytes }) => {
          const granted = kvBytes > 0 ? { ...chat, kvBudgetBytes: kvBytes } : chat
          return withPreset(await (await gguf()).load(granted), entry.preset)
        },
      })
    },
    lend: lentChat,
  })
  const embedders = createShelf<OnnxEmbedder | GgufEmbedder, EmbeddingModel>({
    memory,
    keep(found) {
      const { dimensions } = settingsOf(found.entry, engine.models)
      if (found.entry.engine === 'onnx') {
        const embedder = onnxEmbedder(found, dimensions)
        return keep<OnnxEmbedder | GgufEmbedder>(found, {
          estimate: async () => (await onnx()).estimate(embedder),
          load: async () => (await onnx()).loadEmbedder(embedder),
        })
      }
      const embedder = ggufEmbedder(found, dimensions)
      return keep<OnnxEmbedder | GgufEmbedder>(found, {
        estimate: async () => (await gguf()).estimateEmbedder(embedder),
        load: async () => (await gguf()).loadEmbedder(embedder),
      })
    },
    lend: lentEmbedder,
  })
  const rerankers = createShelf<OnnxReranker | GgufReranker, Reranker>({
    memory,
    keep(found) {
      if (found.entry.engine === 'onnx') {
        const reranker = onnxReranker(found)
        return keep<OnnxReranker | GgufReranker>(found, {
          estimate: async () => (await onnx()).estimate(reranker),
          load: async () => (await onnx()).loadReranker(reranker),
        })
      }
      const reranker = ggufReranker(found)
      return keep<OnnxReranker | GgufReranker>(found, {
        estimate: async () => (await gguf()).estimateReranker(reranker),
        load: async () => (await gguf()).loadReranker(reranker),
      })
    },
    lend: lentReranker,
  })
  const classifiers = createShelf<OnnxClassifier, TextClassifier>({
    memory,
    keep(found) {
      const classifier = onnxClassifier(found)
      return keep<OnnxClassifier>(found, {
        estimate: async () => (await onnx()).estimate(classifier),
        load: async () => (await onnx()).loadClassifier(classifier),
      })
    },
    lend: lentClassifier,
  })
  return {
    chats,
    embedders,
    rerankers,
    classifiers,
    // Who loads a model waits for the same start, and is told why it failed.
    begin: (name) => void started[name]().catch(() => {}),
  }
}
