import type { EmbeddingModelV4, LanguageModelV4, ProviderV4, RerankingModelV4 } from '@ai-sdk/provider'
import { describe, expectTypeOf, it } from 'vitest'
import type { V4LanguageModel } from './v4-language-model.ts'
import type { V4EmbeddingModel, V4Provider, V4RerankingModel } from './v4-other-models.ts'

// Checked by `tsc`: a new version of the AI SDK that no longer fits is a type error here.
describe('the copies of the AI SDK’s types', () => {
  it('take its models', () => {
    expectTypeOf<LanguageModelV4>().toExtend<V4LanguageModel>()
    expectTypeOf<EmbeddingModelV4>().toExtend<V4EmbeddingModel>()
    expectTypeOf<RerankingModelV4>().toExtend<V4RerankingModel>()
  })

  it('are taken for its models', () => {
    expectTypeOf<V4LanguageModel>().toExtend<LanguageModelV4>()
    expectTypeOf<V4EmbeddingModel>().toExtend<EmbeddingModelV4>()
    expectTypeOf<V4RerankingModel>().toExtend<RerankingModelV4>()
    expectTypeOf<V4Provider>().toExtend<ProviderV4>()
  })
})
