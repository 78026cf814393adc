import type { RtError } from '@rt/core'
import { createAddressGuard, createGuardedFetch } from '@rt/node/fetch'
import { limitBody } from './limit-body.ts'

export interface FetchForOptions {
  name: string
  /** Of the server. */
  url: string
  /** For that server alone. */
  headers?: Record<string, string> | undefined
  /** For all other origins. Default: only what is public may be reached. */
  elsewhere?: typeof fetch | undefined
  spend: (messages: number, bytes: number) => void
  onTooMuch: (error: RtError) => void
}

export type BoundedFetch = (input: string | URL, init?: RequestInit) => Promise<Response>

/**
 * The fetch of one server, limited in what it takes. The server's own address was chosen by whoever wrote it down; all
 * others were chosen by the server, so they get none of its headers and go through a fetch that is guarded.
 */
export const fetchFor = ({ name, url, headers, elsewhere, spend, onTooMuch }: FetchForOptions): BoundedFetch => {
  const { origin } = new URL(url)
  const guarded = elsewhere ?? createGuardedFetch({ guard: createAddressGuard() })
  return async (input, init) => {
    const isOwn = new URL(input).origin === origin
    const sent = isOwn ? { ...init, headers: withDefaults(init?.headers, headers) } : init
    const response = await (isOwn ? globalThis.fetch : guarded)(input, sent)
    return limitBody(response, { server: name, spend, onTooMuch })
  }
}

/** What the transport says of itself (a token it was given, the session) comes first. */
const withDefaults = (own: RequestInit['headers'], defaults: Record<string, string> = {}): Headers => {
  const headers = new Headers(own)
  for (const [name, value] of Object.entries(defaults)) if (!headers.has(name)) headers.set(name, value)
  return headers
}
