// The engine host of GGUF models: a child process of its own, started by createGgufEngine.
import { enableCompileCache, flushCompileCache } from 'node:module'
import { abortable, type Prompt } from '@rt/core'
import { serveHost } from '../../host/serve-host.ts'
import { createModelShelf } from './model-shelf.ts'
import type { GenerateParams, HostModelState, LoadParams } from './options.ts'
import type { EmbedResult, VectorInfo, VectorLoad } from './vector-options.ts'

/** Code of the several hundred modules below node-llama-cpp, compiled once for all starts. */
if (process.env['RT_COMPILE_CACHE']) enableCompileCache(process.env['RT_COMPILE_CACHE'])

/** Everything a request needs comes with it, so a child that was just born answers like one that ran for days. */
const models = createModelShelf(async (params: LoadParams, signal) => {
  const { loadModel } = await import('./load-model.ts')
  const model = await loadModel(params, signal)
  flushCompileCache()
  return model
})

/** Embedders and rerankers: a context for answers computes no vectors. */
const vectors = createModelShelf(async (params: VectorLoad, signal) => {
  const { loadVectorModel } = await import('./vector-context.ts')
  const model = await loadVectorModel(params, signal)
  flushCompileCache()
  return model
})

serveHost({
  methods: {
    async start({ threads }: { threads?: number }) {
      const { loadLlama } = await import('./load-llama.ts')
      await loadLlama({ threads })
    },
    load: async (params: LoadParams, { signal }) => (await models.load(params, signal)).info,
    loadVectors: async (params: VectorLoad, { signal }): Promise<VectorInfo> =>
      (await vectors.load(params, signal)).info,
    unload: ({ key }: { key: string }) => Promise.all([models.unload(key), vectors.unload(key)]),
    state: ({ key }: { key: string }): HostModelState | undefined => (models.peek(key) ?? vectors.peek(key))?.state(),
    async embed({ load, texts }: { load: VectorLoad; texts: string[] }, { signal }): Promise<EmbedResult> {
      return await (await abortable(vectors.get(load), signal)).embed(texts, signal)
    },
    async rank({ load, query, documents }: RankParams, { signal }): Promise<number[]> {
      return await (await abortable(vectors.get(load), signal)).rank(query, documents, signal)
    },
    async count({ load, prompt }: { load: LoadParams; prompt: Prompt }, { signal }) {
      const [{ tokenizePrompt }, model] = await Promise.all([
        import('./tokenize-prompt.ts'),
        abortable(models.get(load), signal),
      ])
      return (await tokenizePrompt(prompt, model)).tokens.length
    },
    async *generate({ load, request, progress }: GenerateParams, { signal }) {
      const [{ generate }, model] = await Promise.all([import('./generate.ts'), abortable(models.get(load), signal)])
      yield* generate(model, request, { signal, progress })
    },
  },
})

interface RankParams {
  load: VectorLoad
  query: string
  documents: string[]
}
