import { toRtError, type StreamPart } from '@rt/core'
import type { Host } from '../../host/create-host.ts'
import type { GgufModel, GgufModelInfo, LoadParams } from './options.ts'
import { validateRequest } from './sampling.ts'

/** A model in the host, seen from the program. */
export const createGgufModel = ({
  host,
  load,
  info,
}: {
  host: Host
  load: LoadParams
  info: GgufModelInfo
}): GgufModel => ({
  id: load.id,
  info,
  capabilities: {
    local: true,
    contextTokens: info.contextTokens,
    tools: 'grammar',
    structuredOutput: true,
    tokenCount: 'exact',
    reasoning: false,
    images: false,
  },
  countTokens: (prompt, { signal } = {}) => host.call<number>('count', { load, prompt }, { signal }),
  async *stream(request, { signal } = {}) {
    yield { type: 'start', model: load.id }
    try {
      validateRequest(request)
      yield* host.stream<StreamPart>('generate', { load, request }, { signal, onAbort: 'drain' })
    } catch (thrown) {
      const error = toRtError(thrown)
      yield error.code === 'aborted'
        ? { type: 'abort', reason: error.message }
        : { type: 'error', error: error.toJSON() }
    }
  },
  async [Symbol.asyncDispose]() {
    // Without a child there is nothing to free.
    if (host.pid !== undefined) await host.call('unload', { key: load.key })
  },
})
