import type { Transport } from './transport.ts'

/**
 * Node's plain HTTP client. Not global `fetch`: that takes 25 ms to load, which is felt in a command, and gives up on
 * an answer that takes more than five minutes to begin, as that of a large backup may.
 */
export const httpTransport: Transport = ({ method, url, headers, body, signal }) =>
  new Promise((resolve, reject) => {
    const { request } = process.getBuiltinModule(url.startsWith('https:') ? 'node:https' : 'node:http')
    // An agent of its own: no connection stays behind to keep the program alive.
    const outgoing = request(url, { method, headers, signal, agent: false }, (incoming) =>
      resolve({ status: incoming.statusCode ?? 0, chunks: incoming }),
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
