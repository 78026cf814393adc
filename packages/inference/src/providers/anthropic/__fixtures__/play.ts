import { collect, createMessage, type Generation, type ModelRequest, type Part, type StreamPart } from '@rt/core'
import { type FakeReply, type FakeServer, startFakeServer } from '../../../conformance/fake-server.ts'
import type { WireFrame } from '../../../conformance/fake-wire.ts'
import { type AnthropicOptions, type AnthropicProvider, createAnthropic } from '../index.ts'

export interface Stage extends AsyncDisposable {
  server: FakeServer
  provider: AnthropicProvider
  /** Bodies of the requests so far. */
  bodies(): Record<string, unknown>[]
  /** One whole answer of a model. */
  ask(model: string, request?: Partial<ModelRequest> | string): Promise<Generation>
  /** Its parts, up to the terminal one. */
  parts(model: string, request?: Partial<ModelRequest>): Promise<StreamPart[]>
}

export const stream = (frames: WireFrame[]): FakeReply => ({
  headers: { 'content-type': 'text/event-stream' },
  chunks: frames.map((lines) => `${lines.join('\n')}\n\n`),
})

export const json = (value: unknown): FakeReply => ({
  headers: { 'content-type': 'application/json' },
  chunks: [JSON.stringify(value)],
})

/** A provider that talks to a server of this machine. */
export const play = async (frames: WireFrame[], options: Partial<AnthropicOptions> = {}): Promise<Stage> => {
  const server = await startFakeServer()
  server.reply = stream(frames)
  const provider = createAnthropic({ apiKey: 'key-of-the-test', baseURL: server.url, ...options })
  const full = (request: Partial<ModelRequest> | string): ModelRequest => ({
    messages: [createMessage('user', typeof request === 'string' ? request : 'Hello?')],
    ...(typeof request !== 'string' && request),
  })
  return {
    server,
    provider,
    bodies: () => server.requests.map(({ body }) => JSON.parse(body) as Record<string, unknown>),
    ask: (model, request = {}) => collect(provider.languageModel(model).stream(full(request))),
    parts: (model, request = {}) => Array.fromAsync(provider.languageModel(model).stream(full(request))),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

export const user = (...parts: Part[]): ReturnType<typeof createMessage> => createMessage('user', parts)
