import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { embeddingModelConformance, languageModelConformance } from '../../conformance/index.ts'
import { createCatalog } from '../../catalog/index.ts'
import { loadSmollm2 } from './__fixtures__/smollm2.ts'
import type { GgufEngine, GgufModel } from './options.ts'
import type { GgufEmbedder } from './vector-options.ts'

let engine: GgufEngine
let model: GgufModel
let embedder: GgufEmbedder
let load: Awaited<ReturnType<typeof loadSmollm2>>['load']
beforeAll(async () => {
  ;({ engine, model, load } = await loadSmollm2({ contextTokens: 512 }))
  const { files } = await createCatalog().ensure('smollm2:135m', {})
  embedder = await engine.loadEmbedder({ id: 'smollm2:135m', path: files.model, maxTokens: 32, sha256: 'known' })
})
afterAll(() => engine?.[Symbol.asyncDispose]())

languageModelConformance(
  {
    name: 'gguf smollm2:135m',
    run: (test) => test({ model }),
    open: () => load({ contextTokens: 256 }),
    controlText: '<|im_end|>',
    without: {
      reasoning: 'this model has no marks for what it thinks.',
      wire: 'it runs in a child process; what that does is in crashes.model.test.ts and create-host.test.ts.',
    },
  },
  { describe, it, expect },
)

embeddingModelConformance(
  { name: 'gguf smollm2:135m for vectors', run: (test) => test(embedder) },
  { describe, it, expect },
)
