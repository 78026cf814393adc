import type { CallOptions, ModelEntry, Provider } from '@rt/core'
import { type AnthropicBatches, createBatches } from './batches.ts'
import { callApi } from './call-api.ts'
import { type AnthropicFiles, createFiles } from './files.ts'
import { clientLoader } from './load-client.ts'
import { createModel } from './model.ts'
import type { AnthropicModelFacts } from './model-facts.ts'
import { type AnthropicOptions, resolveOptions } from './options.ts'

export interface AnthropicProvider extends Provider {
  /** What the API lists; the limits it tells hold for the models from then on. */
  list(options?: CallOptions): Promise<ModelEntry[]>
  /** Files kept at the provider, for prompts that send the same one often. */
  files: AnthropicFiles
  /** Many requests at half the price, answered within a day. */
  batches: AnthropicBatches
}

/**
 * Claude through Anthropic's own API, or a server that imitates it. @anthropic-ai/sdk is loaded at the first call.
 *
 * @throws RtError `invalid_request`, `unauthorized` without a key.
 */
export const createAnthropic = (options: AnthropicOptions): AnthropicProvider => {
  const settings = resolveOptions(options)
  const client = clientLoader(settings)
  const listed = new Map<string, Partial<AnthropicModelFacts>>()
  return {
    id: settings.id,
    languageModel: (model) => createModel(model, settings, client, () => listed.get(model) ?? {}),
    files: createFiles(settings, client),
    batches: createBatches(settings, client, (model) => listed.get(model) ?? {}),
    list: ({ signal } = {}) =>
      callApi(settings, client, signal, async ({ sdk }) => {
        const entries: ModelEntry[] = []
        for await (const model of sdk.models.list({ limit: 1000 }, { signal })) {
          listed.set(model.id, {
            ...(model.max_input_tokens && { contextTokens: model.max_input_tokens }),
            ...(model.max_tokens && { maxOutputTokens: model.max_tokens }),
          })
          const created = Date.parse(model.created_at)
          entries.push({
            id: `${settings.id}/${model.id}`,
            kind: 'chat',
            created: Number.isNaN(created) ? 0 : Math.floor(created / 1000),
            ownedBy: settings.id,
          })
        }
        return entries
      }),
  }
}
