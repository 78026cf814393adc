import { RtError } from '@rt/core'
import type { Anthropic } from '@anthropic-ai/sdk'
import type { Stream } from '@anthropic-ai/sdk/streaming'
import { guardBody } from '../../driver-kit/guard-body.ts'
import type { AnthropicSettings } from './options.ts'

export interface AnthropicClient {
  sdk: Anthropic
  /** Server-sent events of a response, pings and unnamed ones included. */
  events: typeof Stream.rawEvents
  /** Turns bytes into what the SDK uploads. */
  toFile: typeof import('@anthropic-ai/sdk').toFile
}

/**
 * The SDK's client, loaded at the first call and kept.
 *
 * @throws RtError `engine_unavailable` when the package is missing.
 */
export const clientLoader = (settings: AnthropicSettings): (() => Promise<AnthropicClient>) => {
  let loading: Promise<AnthropicClient> | undefined
  return () => (loading ??= load(settings))
}

const load = async ({
  id,
  apiKey,
  baseURL,
  version,
  headers,
  timeoutMs,
  idleMs,
  clock,
}: AnthropicSettings): Promise<AnthropicClient> => {
  const [{ Anthropic, toFile }, { Stream }] = await Promise.all([
    import('@anthropic-ai/sdk'),
    import('@anthropic-ai/sdk/streaming'),
  ]).catch((cause: unknown) => {
    throw new RtError({
      code: 'engine_unavailable',
      message: `the provider ${id} needs the package @anthropic-ai/sdk, which is not installed or does not load.`,
      hint: 'Run: npm install @anthropic-ai/sdk',
      retryable: false,
      cause,
    })
  })
  const sdk = new Anthropic({
    apiKey,
    baseURL,
    timeout: timeoutMs,
    // The router retries, rt traces, and the SDK's log would hold what models write.
    maxRetries: 0,
    openTelemetry: false,
    logLevel: 'off',
    async fetch(input, init) {
      // A redirect would carry prompt and key elsewhere: fetch takes `authorization` off, but not `x-api-key`.
      const response = await fetch(input, { ...init, redirect: 'manual' })
      if (!response.body) return response
      // Every body: the SDK reads refusals to their end, which may never come.
      const body = guardBody(response.body, { idleMs, clock, id, signal: init?.signal ?? undefined })
      const { status, statusText, headers } = response
      return new Response(body, { status, statusText, headers })
    },
    defaultHeaders: {
      ...headers,
      'anthropic-version': version,
      // Said here too, because ANTHROPIC_CUSTOM_HEADERS of the environment would win over the client's own. Servers of the
      // old version read x-api-key only.
      ...(version === '2023-06-01'
        ? { 'x-api-key': apiKey, authorization: null }
        : { 'x-api-key': null, authorization: `Bearer ${apiKey}` }),
    },
  })
  return { sdk, events: (response, controller) => Stream.rawEvents(response, controller), toFile }
}
