// The engine host of GGUF models: a child process of its own, started by createGgufEngine.
import { enableCompileCache, flushCompileCache } from 'node:module'
import { abortable, type Prompt } from '@rt/core'
import { serveHost } from '../../host/serve-host.ts'
import { forgetSaved } from './open-state-store.ts'
import { createModelShelf } from './model-shelf.ts'
import type { GenerateParams, HostModelState, InfillParams, LoadParams, RedecodeParams } from './options.ts'
import { normalName } from './state-names.ts'
import type { PreparedRequest } from './tokenize-prompt.ts'
import type { EmbedResult, VectorInfo, VectorLoad } from './vector-options.ts'

/** Code of the several hundred modules below node-llama-cpp, compiled once for all starts. */
if (process.env['RT_COMPILE_CACHE']) enableCompileCache(process.env['RT_COMPILE_CACHE'])

/** Everything a request needs comes with it, so a child that was just born answers like one that ran for days. */
const models = createModelShelf(async (params: LoadParams, signal) => {
  const { loadModel } = await import('./load-model.ts')
  const loading = loadModel(params, signal)
  // What the first request needs; it is there when the weights are.
  import('./generate.ts').catch(() => {})
  const model = await loading
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
  // What threads left in memory is there again when the next host is asked.
  onStop: () =>
    Promise.all(models.loaded().map(async ({ slots, states }) => states && (await slots.rest(states.keep)))),
  methods: {
    async start({ threads }: { threads?: number }) {
      const { loadLlama } = await import('./load-llama.ts')
      await loadLlama({ threads })
    },
    load: async (params: LoadParams, { signal }) => (await models.load(params, signal)).info,
    loadVectors: async (params: VectorLoad, { signal }): Promise<VectorInfo> =>
      (await vectors.load(params, signal)).info,
    async forget({ principal, thread }: { principal: string; thread?: string }) {
      await Promise.all(
        models
          .loaded()
          .map(({ slots }) =>
            slots.forget(
              ({ principal: own, cacheKey = '' }) =>
                own === principal && (thread === undefined || normalName(cacheKey) === normalName(thread)),
            ),
          ),
      )
      forgetSaved({ principal, thread })
    },
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
    async *redecode({ load, callId }: RedecodeParams, { signal }) {
      const { redecode } = await import('./redecode.ts')
      // One that has to be loaded first has written nothing yet.
      yield* redecode(models.peek(load.key), callId, { signal })
    },
    async *infill({ load, request: { prefix, suffix, ...request }, progress }: InfillParams, { signal }) {
      const [{ generate }, { fitInfill }, loaded] = await Promise.all([
        import('./generate.ts'),
        import('./fit-infill.ts'),
        abortable(models.get(load), signal),
      ])
      const { model, info } = loaded
      const { contextTokens } = info
      const { maxOutputTokens } = request
      const { tokens, cut } = fitInfill({ prefix, suffix }, { id: load.id, model, contextTokens, maxOutputTokens })
      if (cut) yield { type: 'warning', id: 'infill_cut', message: CUT }
      const prepared: PreparedRequest = { ...request, messages: [], prepared: tokens }
      yield* generate(loaded, prepared, { signal, progress })
    },
    async tokenize({ load, text, special }: { load: LoadParams; text: string; special: boolean }, { signal }) {
      return (await abortable(models.get(load), signal)).model.tokenize(text, special)
    },
    async detokenize({ load, tokens, special }: { load: LoadParams; tokens: number[]; special: boolean }, { signal }) {
      const [{ readTokens }, { model }] = await Promise.all([
        import('./read-tokens.ts'),
        abortable(models.get(load), signal),
      ])
      return readTokens(tokens, model, special)
    },
  },
})

const CUT = 'the texts around the gap do not fit into the context: those nearest to it were read.'

interface RankParams {
  load: VectorLoad
  query: string
  documents: string[]
}
