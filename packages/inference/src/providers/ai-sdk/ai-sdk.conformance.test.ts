import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { describe, expect, it } from 'vitest'
import { type FakeWire, providerConformance } from '../../conformance/index.ts'
import { chatWire } from '../openai/__fixtures__/chat-wire.ts'
import { fromAISDK } from './index.ts'

// Providers of the AI SDK list no models.
const { models: _, ...chat } = chatWire

const wire: FakeWire = {
  ...chat,
  // The package reads no count of cache writes.
  counts: { ...chat.counts, cacheWrite: false },
  // It asks for numbers, and takes them in the order they come.
  embeddings: (vectors, tokens) =>
    JSON.stringify({
      object: 'list',
      data: vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })),
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    }),
}

providerConformance(
  {
    name: 'ai-sdk',
    wire,
    create({ url, apiKey, timeoutMs, idleMs }) {
      const sdk = createOpenAICompatible({
        name: 'fake',
        baseURL: `${url}/v1`,
        apiKey,
        includeUsage: true,
        supportsStructuredOutputs: true,
      })
      return fromAISDK({
        id: 'fake',
        languageModel: (model) => sdk.chatModel(model),
        embeddingModel: (model) => sdk.embeddingModel(model),
        models: { 'org/test-model:1': { dimensions: 2 }, e: { dimensions: 2 } },
        timeoutMs,
        idleMs,
      })
    },
    cannot: {
      'follows no redirect, which would carry prompt and key elsewhere':
        'The package calls fetch itself. Who makes it can give it a fetch that refuses them.',
      'finds the error in a body that came under 200':
        'The package takes it for a stream without events: the code is right, the reason is lost.',
    },
  },
  { describe, it, expect },
)
