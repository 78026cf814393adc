import { once } from 'node:events'
import { connect } from 'node:net'

export interface LeaveAnswersOptions {
  port: number
  model: string
  /** How many requests are sent and left. */
  times: number
  /** How many are open at once. */
  atOnce: number
  /** The same one leaves the same answers in the same ways. */
  seed: number
}

/** Ways a client goes away: it closes, it resets the connection, it only closes its own half. */
const WAYS = ['destroy', 'resetAndDestroy', 'end'] as const

/** Events after which an answer is left at the latest; each carries a token, or part of one. */
const MOST_EVENTS = 12

/** Asks for streamed answers and leaves each at a random event, some before the first. Resolves when all connections are closed. */
export const leaveAnswers = async ({ port, model, times, atOnce, seed }: LeaveAnswersOptions): Promise<void> => {
  const random = createRandom(seed)
  let left = times
  const client = async (): Promise<void> => {
    while (left-- > 0) {
      const events = Math.floor(random() * MOST_EVENTS)
      const way = WAYS[Math.floor(random() * WAYS.length)]!
      await leaveOne(requestText(port, model, times - left), port, events, way)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, client))
}

/** Of an answer that nobody leaves: the form does not let it end before. */
const WHOLE_TOKENS = 400
const NUMBERS = {
  type: 'object',
  properties: { numbers: { type: 'array', items: { type: 'integer' }, minItems: 500, maxItems: 500 } },
  required: ['numbers'],
}

const leaveOne = async (request: string, port: number, events: number, way: (typeof WAYS)[number]): Promise<void> => {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.on('error', () => {})
  const closed = once(socket, 'close')
  await once(socket, 'connect')
  let seen = 0
  socket.on('data', (chunk: Buffer) => {
    seen += chunk.toString().split('data: ').length - 1
    if (seen >= events) socket[way]()
  })
  socket.write(request, () => {
    if (events === 0) socket[way]()
  })
  await closed
}

const requestText = (port: number, model: string, n: number): string => {
  const body = JSON.stringify({
    model,
    messages: [{ role: 'user', content: `Count from ${n} to a thousand, one number after the other.` }],
    max_tokens: WHOLE_TOKENS,
    response_format: { type: 'json_schema', json_schema: { name: 'numbers', schema: NUMBERS } },
    stream: true,
  })
  return [
    'POST /v1/chat/completions HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n')
}

/** The linear congruential generator of Numerical Recipes. */
const createRandom = (seed: number): (() => number) => {
  let state = seed
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32
}
