import type { Transport } from './transport.ts'

/** A `fetch` that was given: an app's own, or one that knows its way through a network. */
export const fetchTransport =
  (fetch: (request: Request) => Promise<Response>): Transport =>
  async ({ method, url, headers, body, signal }) => {
    // Redirects are not followed: the token is for this address.
    const request = new Request(url, {
      method,
      headers,
      signal,
      redirect: 'manual',
      ...(body !== undefined && { body }),
    })
    const response = await fetch(request)
    return { status: response.status, chunks: response.body ?? nothing() }
  }

async function* nothing(): AsyncGenerator<Uint8Array> {}
