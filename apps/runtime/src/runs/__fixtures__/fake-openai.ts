import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JsonObject } from '@rt/core'

/** An answer: text, a call, or text that never ends. */
export type FakeAnswer = string | { call: string; arguments: JsonObject } | { hangsAfter: string }

export interface FakeOpenAI extends AsyncDisposable {
  url: string
  /** What is said to a conversation. */
  say(messages: ChatMessage[]): FakeAnswer
}

export interface ChatMessage {
  role: string
  content: unknown
}

/** OpenAI's API on this machine, answering what it is told. */
export const startFakeOpenAI = async (): Promise<FakeOpenAI> => {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { messages } = JSON.parse(Buffer.concat(chunks).toString()) as { messages: ChatMessage[] }
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      answer(response, fake.say(messages))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const fake: FakeOpenAI = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    say: () => 'Hello.',
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return fake
}

let calls = 0

const answer = (response: ServerResponse, given: FakeAnswer): void => {
  const chunk = (delta: object, finish: string | null = null): void =>
    void response.write(
      `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`,
    )
  if (typeof given === 'object' && 'hangsAfter' in given) return chunk({ role: 'assistant', content: given.hangsAfter })
  if (typeof given === 'string') chunk({ role: 'assistant', content: given })
  else {
    const call = { name: given.call, arguments: JSON.stringify(given.arguments) }
    chunk({ role: 'assistant', tool_calls: [{ index: 0, id: `call_${++calls}`, type: 'function', function: call }] })
  }
  chunk({}, typeof given === 'string' ? 'stop' : 'tool_calls')
  response.end('data: [DONE]\n\n')
}
