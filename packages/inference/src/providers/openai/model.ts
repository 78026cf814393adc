import {
  abortError,
  emptyUsage,
  type LanguageModel,
  type ModelCapabilities,
  type StreamPart,
  throwIfAborted,
  toTerminal,
} from '@rt/core'
import { estimateTokens } from '../../driver-kit/estimate-tokens.ts'
import { refuseGrammar } from '../../driver-kit/refuse-grammar.ts'
import { refuseLocal } from '../../driver-kit/refuse-local.ts'
import type { BuildOptions, BuiltRequest } from './common-request.ts'
import type { Connection } from './connection.ts'
import { readAnswer } from './read-answer.ts'
import type { StreamEnd } from './stream-end.ts'
import { toError } from './to-error.ts'
import { openStream } from './transport.ts'

/** What chat completions and Responses do each in their own way. */
export interface Dialect {
  build(options: BuildOptions): BuiltRequest
  /** After the base URL. */
  path: string
  /** @param events those that came together in one list. */
  parse(events: AsyncIterable<unknown[]>, connection: Connection): AsyncGenerator<StreamPart, StreamEnd>
}

export const createModel = (name: string, connection: Connection, dialect: Dialect): LanguageModel => {
  const { quirks, contextTokens, options } = connection
  const { models = {} } = options
  const id = `${connection.id}/${name}`
  const capabilities: ModelCapabilities = {
    contextTokens,
    tools: 'native',
    structuredOutput: quirks.structuredOutput === 'json_schema',
    tokenCount: 'estimate',
    reasoning: quirks.reasoningModels
      ? new RegExp(quirks.reasoningModels).test(name)
      : quirks.reasoningRequest !== false,
    images: true,
    ...(Object.hasOwn(models, name) ? models[name] : models['*']),
    local: false,
  }
  return {
    id,
    capabilities,
    countTokens: async (prompt) => estimateTokens(prompt),
    async *stream(request, { signal } = {}) {
      yield { type: 'start', model: id }
      try {
        throwIfAborted(signal)
        refuseLocal(request.messages, id)
        refuseGrammar(request, id)
        const { body, warnings } = dialect.build({ model: name, request, connection, capabilities })
        for (const warning of warnings) yield { type: 'warning', ...warning }
        const call = { model: name, signal }
        const answer = await openStream(dialect.path, body, connection, call)
        const end = yield* dialect.parse(readAnswer(answer, connection, call), connection)
        if (end.usage) yield { type: 'usage', usage: end.usage }
        yield { type: 'finish', finishReason: end.finishReason, usage: end.usage ?? emptyUsage() }
      } catch (thrown) {
        yield toTerminal(signal?.aborted ? abortError(signal) : toError(thrown, connection, name), { signal })
      }
    },
  }
}
