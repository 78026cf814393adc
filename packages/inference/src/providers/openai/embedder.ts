import { abortError, type EmbeddingModel, RtError } from '@rt/core'
import type OpenAI from 'openai'
import type { Connection } from './connection.ts'
import { decodeVector } from './decode-vector.ts'
import type { EmbedderFacts } from './options.ts'
import { isObject, toError } from './to-error.ts'

/** Embedders whose facts are published. */
const KNOWN: Record<string, EmbedderFacts> = {
  'text-embedding-3-small': { dimensions: 1536, maxTokens: 8191 },
  'text-embedding-3-large': { dimensions: 3072, maxTokens: 8191 },
  'text-embedding-ada-002': { dimensions: 1536, maxTokens: 8191 },
  'mistral-embed': { dimensions: 1024, maxTokens: 8192 },
}

export const createEmbedder = (name: string, connection: Connection, client: () => Promise<OpenAI>): EmbeddingModel => {
  const { id, quirks, options } = connection
  const facts = [options.embedders ?? {}, KNOWN].find((table) => Object.hasOwn(table, name))?.[name]
  let seen: number | undefined

  const request = async (texts: string[], signal: AbortSignal | undefined): Promise<[Float32Array[], number]> => {
    const answer: unknown = await (
      await client()
    ).embeddings.create(
      {
        model: name,
        // An empty text is refused.
        input: texts.map((text) => text || ' '),
        encoding_format: quirks.base64 ? 'base64' : 'float',
      },
      { signal },
    )
    const { data, usage } = isObject(answer) ? answer : {}
    const vectors: Float32Array[] = []
    for (const [place, entry] of (Array.isArray(data) ? data : []).entries())
      if (isObject(entry))
        vectors[typeof entry['index'] === 'number' ? entry['index'] : place] = decodeVector(entry['embedding'])
    if (vectors.length !== texts.length || vectors.filter(({ length }) => length > 0).length !== texts.length)
      throw new RtError({
        code: 'provider_error',
        message: `${id}/${name} was given ${texts.length} texts and gave back ${vectors.filter(Boolean).length} vectors.`,
        data: { provider: id },
      })
    const counted = isObject(usage) ? usage['prompt_tokens'] : undefined
    return [vectors, typeof counted === 'number' ? counted : 0]
  }

  const check = (vectors: Float32Array[]): void => {
    for (const { length } of vectors) {
      const expected = facts?.dimensions ?? seen ?? length
      if (length !== expected)
        throw new RtError({
          code: 'provider_error',
          message: `${id}/${name} gave a vector of ${length} numbers where ${expected} were expected.`,
          hint: `Is embedders[${JSON.stringify(name)}].dimensions right?`,
          retryable: false,
          data: { provider: id },
        })
      seen = length
    }
  }

  return {
    id: `${id}/${name}`,
    local: false,
    fingerprint: `${new URL(connection.baseURL).host}/${name}`,
    maxTokens: facts?.maxTokens ?? 8192,
    get dimensions() {
      const dimensions = facts?.dimensions ?? seen
      if (dimensions !== undefined) return dimensions
      throw new RtError({
        code: 'invalid_request',
        message: `how many dimensions ${id}/${name} has is not known before its first vector.`,
        hint: `Say so in embedders: { ${JSON.stringify(name)}: { dimensions: … } }.`,
      })
    },
    async embed(texts, { signal } = {}) {
      const vectors: Float32Array[] = []
      let tokens = 0
      try {
        for (let at = 0; at < texts.length; at += quirks.embeddingBatch) {
          const [some, counted] = await request(texts.slice(at, at + quirks.embeddingBatch), signal)
          check(some)
          vectors.push(...some)
          tokens += counted
        }
      } catch (thrown) {
        throw signal?.aborted ? abortError(signal) : toError(thrown, connection, name)
      }
      return { vectors, tokens, truncated: [] }
    },
  }
}
