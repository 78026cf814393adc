import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { embeddingModelConformance, languageModelConformance, rerankerConformance } from '../../conformance/index.ts'
import { createTokenizerFolder, MODELS } from './__fixtures__/expected.ts'
import { createChatFolder } from './__fixtures__/tiny-chat.ts'
import {
  createOnnxEngine,
  type OnnxEmbedder,
  type OnnxEngine,
  type OnnxLanguageModel,
  type OnnxReranker,
} from './index.ts'

let engine: OnnxEngine
let files: Awaited<ReturnType<typeof createChatFolder>>
let model: OnnxLanguageModel
const load = (): Promise<OnnxLanguageModel> =>
  engine.loadLanguageModel({
    id: 'decoder',
    modelPath: join(MODELS, 'decoder.onnx'),
    tokenizerPath: files.tokenizerPath,
    maxTokens: 100,
  })
let tokenizer: Awaited<ReturnType<typeof createTokenizerFolder>>
let embedder: OnnxEmbedder
let reranker: OnnxReranker
beforeAll(async () => {
  files = await createChatFolder()
  engine = createOnnxEngine({ threads: 1, providers: ['cpu'] })
  model = await load()
  tokenizer = await createTokenizerFolder()
  const encoder = (name: string) => ({
    id: name,
    modelPath: join(MODELS, `${name}.onnx`),
    tokenizerPath: tokenizer.tokenizerPath,
    maxTokens: 16,
  })
  embedder = await engine.loadEmbedder({ ...encoder('embedder'), pooling: 'mean', dimensions: 6 })
  reranker = await engine.loadReranker(encoder('reranker'))
})
afterAll(async () => {
  await model?.[Symbol.asyncDispose]()
  await engine?.[Symbol.asyncDispose]()
  await tokenizer?.[Symbol.asyncDispose]()
  await files?.[Symbol.asyncDispose]()
})

const NO_GRAMMAR = 'nothing holds this engine to a grammar.'

languageModelConformance(
  {
    name: 'onnx tiny decoder',
    run: (test) => test({ model }),
    open: load,
    ignores: ['xtc', 'dry', 'logitBias'],
    without: {
      tools: NO_GRAMMAR,
      'structured-output': NO_GRAMMAR,
      grammar: NO_GRAMMAR,
      redecode: NO_GRAMMAR,
      logprobs: 'its sampler tells none.',
      slow: 'its answers end within a few milliseconds; writer.test.ts stops one that waits.',
      reasoning: 'its template has no marks for what is thought.',
      wire: 'it runs in a child process; what that does is in onnx-engine.test.ts and create-host.test.ts.',
    },
  },
  { describe, it, expect },
)

embeddingModelConformance({ name: 'onnx tiny embedder', run: (test) => test(embedder) }, { describe, it, expect })
rerankerConformance({ name: 'onnx tiny reranker', run: (test) => test(reranker) }, { describe, it, expect })
