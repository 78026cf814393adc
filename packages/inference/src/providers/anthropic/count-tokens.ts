import { createHash } from 'node:crypto'
import { type CallOptions, type Prompt, RtError, throwIfAborted } from '@rt/core'
import { estimateTokens } from '../../driver-kit/estimate-tokens.ts'
import { callApi } from './call-api.ts'
import type { AnthropicClient } from './load-client.ts'
import type { AnthropicModelFacts } from './model-facts.ts'
import type { AnthropicSettings } from './options.ts'
import { promptBody } from './request-body.ts'

const KEPT = 512

/** Estimates are wrong by less than that factor: far from the limit they decide the same as a count. */
const DOUBT = 4

/**
 * Counts with the provider's own count_tokens, once for each prompt, where it may matter: from a quarter of the window on,
 * or always when told. The rest is estimated from its length, and so is what must not leave this machine and what cannot be
 * asked just now: a count is a round trip before each call.
 */
export const createTokenCounter = ({
  model,
  settings,
  client,
  facts,
}: {
  model: string
  settings: AnthropicSettings
  client: () => Promise<AnthropicClient>
  facts: () => AnthropicModelFacts
}): ((prompt: Prompt, options?: CallOptions) => Promise<number>) => {
  const known = new Map<string, number>()
  return async (prompt, { signal } = {}) => {
    throwIfAborted(signal)
    if (prompt.messages.some(({ label }) => label === 'local-only')) return estimateTokens(prompt)
    if (settings.count === 'near') {
      const estimate = estimateTokens(prompt)
      if (estimate * DOUBT < facts().contextTokens) return estimate
    }
    // Markers cost no tokens, and would make one prompt look like two.
    const { body } = promptBody(prompt, model, facts(), { ...settings, cache: false })
    const key = createHash('sha256').update(JSON.stringify(body)).digest('base64')
    const count = known.get(key)
    if (count !== undefined) return count
    try {
      const tokens = await callApi(
        settings,
        client,
        signal,
        async ({ sdk }) => {
          const answer: unknown = await sdk.post('/v1/messages/count_tokens', { body, signal })
          return (answer as { input_tokens?: unknown } | undefined)?.input_tokens
        },
        model,
      )
      if (typeof tokens !== 'number') return estimateTokens(prompt)
      if (known.size >= KEPT) known.delete(known.keys().next().value!)
      known.set(key, tokens)
      return tokens
    } catch (error) {
      if (RtError.isInstance(error) && WOULD_FAIL.has(error.code)) throw error
      return estimateTokens(prompt)
    }
  }
}

/** The caller gave up, or the call itself would fail in the same way. */
const WOULD_FAIL: ReadonlySet<string> = new Set<RtError['code']>([
  'aborted',
  'unauthorized',
  'forbidden',
  'invalid_request',
  'engine_unavailable',
])
