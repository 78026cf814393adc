import { createHash } from 'node:crypto'
import { type CallOptions, messageText, type Prompt, RtError, throwIfAborted } from '@rt/core'
import { callApi } from './call-api.ts'
import type { AnthropicClient } from './load-client.ts'
import type { AnthropicModelFacts } from './model-facts.ts'
import type { AnthropicSettings } from './options.ts'
import { promptBody } from './request-body.ts'

const KEPT = 512

/**
 * Counts with the provider's own count_tokens, once for each prompt. What must not leave this machine, and what cannot be
 * asked just now, is estimated from its length.
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
    if (prompt.messages.some(({ label }) => label === 'local-only')) return estimate(prompt)
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
      if (typeof tokens !== 'number') return estimate(prompt)
      if (known.size >= KEPT) known.delete(known.keys().next().value!)
      known.set(key, tokens)
      return tokens
    } catch (error) {
      if (RtError.isInstance(error) && WOULD_FAIL.has(error.code)) throw error
      return estimate(prompt)
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

/** About 3.5 characters a token in English; 1,600 tokens an image or a page, rather too many. */
const estimate = ({ messages, tools = [], output }: Prompt): number => {
  let characters = JSON.stringify(tools).length + JSON.stringify(output ?? '').length
  let files = 0
  for (const message of messages) {
    characters += messageText(message).length + 12
    for (const part of message.parts) {
      if (part.type === 'file') files += part.mediaType.startsWith('text/') ? part.data.length / 5600 : 1
      else if (part.type === 'tool-call') characters += JSON.stringify(part.arguments).length + part.name.length
      else if (part.type === 'tool-result') characters += JSON.stringify(part.result).length
      else if (part.type === 'reasoning') characters += part.text.length
    }
  }
  return Math.ceil(characters / 3.5 + files * 1600)
}
