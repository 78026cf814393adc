import { type JsonValue, RtError } from '@rt/core'
import { plainUrl, statusError, tooLargeError } from './errors.ts'
import type { Limits } from './limits.ts'
import { openResponse } from './open-response.ts'

export interface FetchJsonOptions extends Limits {
  /** Default: none. */
  headers?: Record<string, string>
  /** Default 10 MiB. */
  maxBytes?: number
}

/**
 * Gets a JSON document.
 *
 * @throws RtError `network`, `timeout`, `payload_too_large`, `invalid_json`; by status `not_found`, `unauthorized`, `forbidden`.
 */
export const fetchJson = async (address: string, options: FetchJsonOptions = {}): Promise<JsonValue> => {
  const { maxBytes = 10 * 1024 * 1024, headers, ...limits } = options
  const response = await openResponse(address, { headers: { accept: 'application/json', ...headers }, ...limits })
  const { status, url } = response
  if (status !== 200) {
    response.discard()
    throw statusError(url, status)
  }
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of response.body()) {
    bytes += piece.length
    // What is cut off here is also never read: leaving the loop ends the connection.
    if (bytes > maxBytes) throw tooLargeError(url, maxBytes)
    pieces.push(piece)
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString('utf8')) as JsonValue
  } catch (error) {
    throw new RtError({ code: 'invalid_json', message: `${plainUrl(url)} did not answer with JSON.`, cause: error })
  }
}
