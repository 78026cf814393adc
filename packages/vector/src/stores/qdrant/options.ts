import { RtError } from '@rt/core'

export interface QdrantStoreOptions {
  /** Where its REST interface listens: `http://127.0.0.1:6333`. Without a port: 6333. A path in it stays in front. */
  url: string
  /** Sent with every request, never shown. */
  apiKey?: string
  /** Milliseconds one request may take. Default 30,000. */
  timeoutMs?: number
  /** Times a request is repeated that met an overloaded or unreachable server. Default 3. */
  retries?: number
  /** Milliseconds since 1970, by which records end. Default `Date.now`. */
  clock?: () => number
}

export interface CheckedOptions {
  /** With the port, without a path. */
  origin: string
  port: number
  /** Begins with `/`, or is empty. */
  prefix: string
  apiKey: string | undefined
  timeoutMs: number
  retries: number
}

/** @throws RtError `invalid_request` naming the option. */
export const checkOptions = ({ url, apiKey, timeoutMs = 30_000, retries = 3 }: QdrantStoreOptions): CheckedOptions => {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (!parsed || !['http:', 'https:'].includes(parsed.protocol))
    throw invalid(`url must be an address of http or https, not ${JSON.stringify(hideUser(String(url)))}.`)
  if (parsed.username || parsed.password)
    throw invalid('url has a user or password in it, which would be shown in messages.', 'Give the key as `apiKey`.')
  if (apiKey !== undefined && (typeof apiKey !== 'string' || !/^[\x21-\x7E]+$/.test(apiKey)))
    throw invalid('apiKey must be a text of visible ASCII characters.', 'It may have been read with a line break.')
  if (!(timeoutMs > 0)) throw invalid(`timeoutMs must be a number above 0, not ${timeoutMs}.`)
  if (!Number.isInteger(retries) || retries < 0) throw invalid(`retries must be a whole number from 0, not ${retries}.`)
  // The client's own rule: 6333 where the address names no port, 443 too.
  const port = parsed.port || (/:(80|443)(\/|$)/.exec(url)?.[1] ?? '6333')
  const origin = `${parsed.protocol}//${parsed.hostname}:${port}`
  return { origin, port: Number(port), prefix: parsed.pathname.replace(/\/+$/, ''), apiKey, timeoutMs, retries }
}

const hideUser = (url: string): string => url.replace(/\/\/[^/@]*@/, '//…@')

const invalid = (message: string, hint?: string): RtError =>
  new RtError({ code: 'invalid_request', message: `Qdrant: ${message}`, hint })
