import { tooLarge } from '../middleware/read-json.ts'

/**
 * A request whose body cannot be larger than `limit` bytes: by its Content-Length, else counted while it is read.
 *
 * @throws RtError `payload_too_large`, here or from reading the body.
 */
export const limitBody = (request: Request, limit: number): Request => {
  if (request.method === 'GET' || request.method === 'HEAD') return request
  const declared = request.headers.get('content-length')
  if (declared !== null && Number(declared) > limit) throw tooLarge(limit)
  // The HTTP parser holds a client to its Content-Length.
  if (declared !== null || request.body === null) return request
  const { url, method, signal } = request
  const headers = Array.from(request.headers.entries())
  const init = { method, headers, signal, body: request.body.pipeThrough(counter(limit)), duplex: 'half' }
  return new Request(url, init)
}

const counter = (limit: number): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> => {
  let size = 0
  return new TransformStream({
    transform(chunk, controller) {
      size += chunk.byteLength
      if (size > limit) throw tooLarge(limit)
      controller.enqueue(chunk)
    },
  })
}
