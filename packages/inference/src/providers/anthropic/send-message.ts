import { RtError } from '@rt/core'
import { cleanMessage } from '../../driver-kit/clean-message.ts'
import type { AnthropicClient } from './load-client.ts'
import type { AnthropicSettings } from './options.ts'
import type { PromptBody } from './request-body.ts'
import { apiError, type ErrorContext } from './to-rt-error.ts'
import type { WireEvent } from './wire.ts'

/**
 * Sends one message and reads the events of its answer. The SDK sends, and splits the stream; its own loop over events
 * is not used: it hides pings, and logs what it cannot read.
 */
export async function* sendMessage({
  body,
  settings,
  client,
  context,
  signal,
}: {
  body: PromptBody
  settings: AnthropicSettings
  client: () => Promise<AnthropicClient>
  context: () => ErrorContext
  signal: AbortSignal
}): AsyncGenerator<WireEvent> {
  const { sdk, events } = await client()
  const response = await sdk
    .post('/v1/messages', { body: { ...body, stream: true }, stream: true, signal, timeout: settings.timeoutMs })
    .asResponse()
  await refuseOther(response, context())
  const name = `${settings.id}/${body.model}`
  for await (const { data } of events(response, new AbortController())) {
    const event = parse(data)
    if (!event) throw broken(name, data, settings.apiKey)
    if (event.type === 'error') throw apiError({ error: event, message: data }, context())
    yield event
    // Nothing counts after it, and a server may keep the connection open.
    if (event.type === 'message_stop') return
  }
}

/** What says 200 and is no stream: a gateway's web page, or an error in disguise. */
const refuseOther = async (response: Response, context: ErrorContext): Promise<void> => {
  const type = response.headers.get('content-type') ?? ''
  if (type.includes('event-stream')) return
  const text = await response.text()
  const body = parse(text)
  if (body?.error) throw apiError({ error: body, headers: response.headers, message: text }, context)
  throw new RtError({
    code: 'provider_error',
    message: `${context.provider} (${context.host}) answered ${response.status} with ${cleanMessage(type, [context.apiKey]) || 'no content type'} instead of a stream.`,
    hint: 'Check baseURL of the provider (base_url in config.toml): another server may stand in between.',
  })
}

const parse = (text: string): WireEvent | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

const broken = (name: string, data: string, apiKey: string): RtError =>
  new RtError({
    code: 'provider_error',
    message: `${name} sent an event that is no JSON: ${cleanMessage(data, [apiKey])}`,
  })
