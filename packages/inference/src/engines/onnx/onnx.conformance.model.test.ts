import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCatalog } from '../../catalog/index.ts'
import { embeddingModelConformance } from '../../conformance/index.ts'
import { createOnnxEngine, type OnnxEmbedder, type OnnxEngine } from './index.ts'

let engine: OnnxEngine
let embedder: OnnxEmbedder
beforeAll(async () => {
  const { entry, files } = await createCatalog().ensure('bge-small-en-v1.5')
  engine = createOnnxEngine({ threads: 1 })
  embedder = await engine.loadEmbedder({
    id: entry.name,
    modelPath: files.model,
    tokenizerPath: files.tokenizer!,
    pooling: 'cls',
    maxTokens: 64,
    dimensions: 384,
  })
})
afterAll(() => engine?.[Symbol.asyncDispose]())

embeddingModelConformance(
  {
    name: 'onnx bge-small-en-v1.5',
    run: (test) => test(embedder),
    batchTolerance: { most: 0.05, why: 'weights of 8 bits, whose scale serves a whole run, padding included.' },
  },
  { describe, it, expect },
)
