import { abortError, type ModelEntry, type Provider } from '@rt/core'
import { chatDialect } from './chat/dialect.ts'
import { toConnection } from './connection.ts'
import { createEmbedder } from './embedder.ts'
import { createClientLoader } from './load-client.ts'
import { createModel } from './model.ts'
import type { OpenAIOptions } from './options.ts'
import { responsesDialect } from './responses/dialect.ts'
import { toError } from './to-error.ts'

export interface OpenAIProvider extends Provider {
  embeddingModel: NonNullable<Provider['embeddingModel']>
  list: NonNullable<Provider['list']>
}

/** Models behind OpenAI's API, or one of the many that speak its protocol. Nothing is sent before the first call. */
export const createOpenAI = (options: OpenAIOptions = {}): OpenAIProvider => {
  const connection = toConnection(options)
  const dialect = connection.api === 'responses' ? responsesDialect : chatDialect
  const client = createClientLoader(connection)
  return {
    id: connection.id,
    languageModel: (model) => createModel(model, connection, dialect),
    embeddingModel: (model) => createEmbedder(model, connection, client),
    async list({ signal } = {}) {
      const entries: ModelEntry[] = []
      try {
        for await (const { id, created, owned_by: ownedBy } of (await client()).models.list({ signal }))
          entries.push({
            id: `${connection.id}/${id}`,
            kind: kindOf(id),
            created: typeof created === 'number' ? created : 0,
            ownedBy: ownedBy || connection.id,
          })
      } catch (thrown) {
        throw signal?.aborted ? abortError(signal) : toError(thrown, connection)
      }
      return entries
    },
  }
}

/** Lists do not say what a model is for; names mostly do. */
const kindOf = (id: string): ModelEntry['kind'] => {
  if (/rerank/i.test(id)) return 'rerank'
  return /embed|\b(bge|gte|e5|minilm)\b/i.test(id) ? 'embed' : 'chat'
}
