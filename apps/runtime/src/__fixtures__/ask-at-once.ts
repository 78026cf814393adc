import { Agent, request } from 'node:http'
import { setTimeout } from 'node:timers/promises'

export interface AskOptions {
  port: number
  /** Requests, each on a connection of its own. */
  times: number
  /** Milliseconds from one to the next, whatever became of it. Default 0: all at the same moment. */
  everyMs?: number
  body: (index: number) => object
  path?: string
  headers?: Record<string, string>
}

export interface Reply {
  status: number
  /** Seconds, as the header says. */
  retryAfter: string | undefined
  body: string
  /** From sending it to its last byte. */
  ms: number
}

/** Many requests of as many clients. */
export const askAtOnce = async ({ times, everyMs = 0, ...options }: AskOptions): Promise<Reply[]> => {
  const agent = new Agent({ keepAlive: false, maxSockets: Infinity })
  try {
    return await Promise.all(
      Array.from({ length: times }, async (_, index) => {
        if (everyMs) await setTimeout(index * everyMs)
        return ask(options, index, agent)
      }),
    )
  } finally {
    agent.destroy()
  }
}

const ask = (
  { port, body, path = '/v1/chat/completions', headers }: Omit<AskOptions, 'times' | 'everyMs'>,
  index: number,
  agent: Agent,
): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const text = JSON.stringify(body(index))
    const begun = performance.now()
    const sent = request({
      agent,
      port,
      path,
      host: '127.0.0.1',
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
    })
    sent.on('error', reject)
    sent.on('response', (response) => {
      let received = ''
      response.setEncoding('utf8')
      response.on('data', (piece: string) => (received += piece))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          retryAfter: response.headers['retry-after'],
          body: received,
          ms: performance.now() - begun,
        }),
      )
    })
    sent.end(text)
  })
