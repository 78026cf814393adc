// The engine host of GGUF models: a child process of its own, started by createGgufEngine.
import { enableCompileCache, flushCompileCache } from 'node:module'
import { abortable, type Prompt } from '@rt/core'
import { serveHost } from '../../host/serve-host.ts'
import { createModelShelf } from './model-shelf.ts'
import type { GenerateParams, HostModelState, LoadParams } from './options.ts'

/** Code of the several hundred modules below node-llama-cpp, compiled once for all starts. */
if (process.env['RT_COMPILE_CACHE']) enableCompileCache(process.env['RT_COMPILE_CACHE'])

/** Everything a request needs comes with it, so a child that was just born answers like one that ran for days. */
const models = createModelShelf(async (params, signal) => {
  const { loadModel } = await import('./load-model.ts')
  const model = await loadModel(params, signal)
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
    unload: ({ key }: { key: string }) => models.unload(key),
    state: ({ key }: { key: string }): HostModelState | undefined => models.peek(key)?.state(),
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
