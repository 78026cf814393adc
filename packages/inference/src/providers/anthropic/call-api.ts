import { abortable, throwIfAborted } from '@rt/core'
import type { AnthropicClient } from './load-client.ts'
import type { AnthropicSettings } from './options.ts'
import { errorContext, toRtError } from './to-rt-error.ts'

/** One call that is no stream, with its failures in rt's words. */
export const callApi = async <T>(
  settings: AnthropicSettings,
  client: () => Promise<AnthropicClient>,
  signal: AbortSignal | undefined,
  work: (client: AnthropicClient) => Promise<T>,
  model?: string,
): Promise<T> => {
  throwIfAborted(signal)
  try {
    return await abortable(client().then(work), signal)
  } catch (thrown) {
    throwIfAborted(signal)
    throw toRtError(thrown, errorContext(settings, model))
  }
}
