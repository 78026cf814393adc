import { type EmbeddingModel, RtError } from '@rt/core'
import { textTokens } from '../../driver-kit/estimate-tokens.ts'
import { unitVector } from '../../driver-kit/unit-vector.ts'
import type { KServeEmbedding } from './options.ts'
import type { InferRequest, InferResponse } from './tensor.ts'

/** A model that takes texts as a BYTES tensor and gives a vector for each. */
export const createEmbeddingModel = ({
  id,
  embedding,
  infer,
}: {
  id: string
  embedding: KServeEmbedding
  infer: (request: InferRequest, options: { signal?: AbortSignal | undefined }) => Promise<InferResponse>
}): EmbeddingModel => {
  const {
    dimensions,
    input = 'text',
    output,
    maxTokens = 512,
    relatedCosine,
    shape = 'flat',
    batch = 32,
    binary = false,
  } = embedding
  const embedBatch = async (texts: string[], signal: AbortSignal | undefined): Promise<Float32Array[]> => {
    const { outputs } = await infer(
      {
        inputs: [
          { name: input, shape: shape === 'flat' ? [texts.length] : [texts.length, 1], datatype: 'BYTES', data: texts },
        ],
        ...(output && { outputs: [output] }),
        binary,
      },
      { signal },
    )
    const found = output ? outputs.find(({ name }) => name === output) : outputs[0]
    if (!found)
      throw new RtError({
        code: 'provider_error',
        retryable: false,
        message: `${id} has no output ${JSON.stringify(output ?? 'at all')}.`,
        hint: `it gave ${outputs.map(({ name }) => name).join(', ') || 'nothing'}.`,
      })
    const values = (found.data as (number | bigint)[]).map(Number)
    const length = values.length / texts.length
    if (found.datatype === 'BYTES' || !Number.isInteger(length))
      throw new RtError({
        code: 'provider_error',
        retryable: false,
        message: `${id} gave ${found.datatype} [${found.shape.join(', ')}] for ${texts.length} texts, which are no vectors.`,
      })
    return texts.map((_, index) => unitVector(values.slice(index * length, (index + 1) * length), { id, dimensions }))
  }
  return {
    id,
    local: false,
    fingerprint: `${id}/${dimensions}`,
    dimensions,
    maxTokens,
    ...(relatedCosine !== undefined && { relatedCosine }),
    async embed(texts, { signal } = {}) {
      const vectors: Float32Array[] = []
      for (let start = 0; start < texts.length; start += batch)
        vectors.push(...(await embedBatch(texts.slice(start, start + batch), signal)))
      // The protocol counts no tokens and does not say what was cut.
      return { vectors, tokens: texts.reduce((sum, text) => sum + textTokens(text), 0), truncated: [] }
    },
  }
}
