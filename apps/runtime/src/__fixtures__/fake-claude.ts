import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface FakeClaude extends AsyncDisposable {
  url: string
  /** Messages asked for, without the counting of tokens. */
  requests: { body: { model: string; messages: unknown[]; system?: unknown }; headers: IncomingHttpHeaders }[]
  /** Every request fails with this, when set. */
  failure?: { status: number; headers?: Record<string, string> }
  text: string
}

/** Anthropic's API on this machine: streams one text, counts tokens, or fails as told. */
export const startFakeClaude = async (): Promise<FakeClaude> => {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      if (request.url?.startsWith('/v1/messages/count_tokens'))
        return void response.writeHead(200, { 'content-type': 'application/json' }).end('{"input_tokens":12}')
      fake.requests.push({ body: JSON.parse(Buffer.concat(chunks).toString()), headers: request.headers })
      if (fake.failure) {
        const { status, headers } = fake.failure
        response.writeHead(status, { 'content-type': 'application/json', ...headers })
        return void response.end('{"type":"error","error":{"type":"api_error","message":"the fake says no"}}')
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const event of answer(fake.text)) response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const fake: FakeClaude = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    text: 'Hello from Claude.',
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return fake
}

const answer = (text: string): ({ type: string } & Record<string, unknown>)[] => [
  {
    type: 'message_start',
    message: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 12, cache_read_input_tokens: 100, cache_creation_input_tokens: 20, output_tokens: 1 },
    },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } },
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 5 } },
  { type: 'message_stop' },
]
