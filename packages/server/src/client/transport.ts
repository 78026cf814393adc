/** One request of the client. */
export interface Sent {
  method: string
  url: string
  headers: Record<string, string>
  body?: string | undefined
  signal: AbortSignal
}

export interface Received {
  status: number
  /** Read as fast as they are asked for. */
  chunks: AsyncIterable<Uint8Array>
}

/** Brings a request to a server. Rejects when there is no answer, or the signal fires. */
export type Transport = (request: Sent) => Promise<Received>
