import type { ClientRequest, IncomingMessage } from 'node:http'
import { pipeline, type Readable } from 'node:stream'
import { abortError, type RtError, throwIfAborted } from '@rt/core'

export interface SentRequest {
  method: string
  headers: Record<string, string>
  body?: string | undefined
  signal?: AbortSignal | undefined
  /** Until the headers of the answer are there. */
  timeoutMs: number
  late: () => RtError
}

export interface Answer {
  status: number
  message: IncomingMessage
  /** Decompressed, where it had to be. Whoever gets it reads it or destroys it. */
  body: Readable
}

/**
 * One request on Node's own client: `fetch` takes two to three times as long for a call. It follows no redirect, asks for no
 * compression, and keeps connections in Node's global agents, where proxies of the environment are known, too.
 *
 * @throws `aborted`, `late()`, or what the connection failed with.
 */
export const sendRequest = async (address: string | URL, request: SentRequest): Promise<Answer> => {
  const url = new URL(address)
  for (;;) {
    throwIfAborted(request.signal)
    const sent = start(url, request)
    try {
      return await answerOf(sent, request)
    } catch (error) {
      // A kept connection that the other side closed at this very moment: asked again on another.
      const raced = sent.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET'
      if (!raced) throw error
    }
  }
}

/** Not an import: one of `node:http` as an ES module reads all its exports, and with them all that fetch is made of. */
const start = (url: URL, { method, headers, body }: SentRequest): ClientRequest => {
  const { request } = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http')
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  return request(url, { method, headers: { 'accept-encoding': 'identity', ...headers, ...length } }).end(body)
}

const answerOf = (sent: ClientRequest, { signal, timeoutMs, late }: SentRequest): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => sent.destroy(late()), timeoutMs)
    const stop = (): void => void sent.destroy(abortError(signal))
    signal?.addEventListener('abort', stop, { once: true })
    const settle = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
    }
    sent.once('response', (message) => {
      settle()
      const body = decompressed(message)
      // It may fail while nobody reads it.
      body.on('error', () => {})
      resolve({ status: message.statusCode ?? 0, message, body })
    })
    // Not `once`: a second error, after the first has settled this, would end the process.
    sent.on('error', (error) => {
      settle()
      reject(error)
    })
  })

/** Some compress whatever they are asked for. */
const decompressed = (message: IncomingMessage): Readable => {
  const encoding = message.headers['content-encoding'] ?? 'identity'
  if (encoding === 'identity') return message
  const zlib = process.getBuiltinModule('node:zlib')
  return pipeline(message, encoding === 'br' ? zlib.createBrotliDecompress() : zlib.createUnzip(), () => {})
}
