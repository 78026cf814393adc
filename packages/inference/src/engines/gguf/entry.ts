// The engine host of GGUF models: a child process of its own, started by createGgufEngine.
import { enableCompileCache, flushCompileCache } from 'node:module'
import { abortable, type ModelRequest, type Prompt } from '@rt/core'
import { serveHost } from '../../host/serve-host.ts'
import type { LoadedModel } from './load-model.ts'
import type { LoadParams } from './options.ts'

/** Code of the several hundred modules below node-llama-cpp, compiled once for all starts. */
if (process.env['RT_COMPILE_CACHE']) enableCompileCache(process.env['RT_COMPILE_CACHE'])

const models = new Map<string, Promise<LoadedModel>>()

/** Everything a request needs comes with it, so a child that was just born answers like one that ran for days.
 *  Only `load` may be given up: a model that several requests wait for goes on loading. */
const loaded = (params: LoadParams, signal?: AbortSignal): Promise<LoadedModel> => {
  const known = models.get(params.key)
  if (known) return known
  const model = import('./load-model.ts').then(({ loadModel }) => loadModel(params, signal))
  models.set(params.key, model)
  model.then(
    () => flushCompileCache(),
    () => models.delete(params.key),
  )
  return model
}

serveHost({
  methods: {
    async start({ threads }: { threads?: number }) {
      const { loadLlama } = await import('./load-llama.ts')
      await loadLlama({ threads })
    },
    load: async (params: LoadParams, { signal }) => (await loaded(params, signal)).info,
    async unload({ key }: { key: string }) {
      const model = await models.get(key)?.catch(() => undefined)
      models.delete(key)
      await model?.[Symbol.asyncDispose]()
    },
    async count({ load, prompt }: { load: LoadParams; prompt: Prompt }, { signal }) {
      const [{ tokenizePrompt }, model] = await Promise.all([
        import('./tokenize-prompt.ts'),
        abortable(loaded(load), signal),
      ])
      return tokenizePrompt(prompt, model).length
    },
    async *generate({ load, request }: { load: LoadParams; request: ModelRequest }, { signal }) {
      const [{ generate }, model] = await Promise.all([import('./generate.ts'), abortable(loaded(load), signal)])
      yield* generate(model, request, signal)
    },
  },
})
