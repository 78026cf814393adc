import type { AddressGuard } from './address-guard.ts'
import { openResponse } from './open-response.ts'
import { statusError, tooLargeError } from './errors.ts'
import type { Limits } from './limits.ts'

export interface FetchTextOptions extends Limits {
  url: string
  /** Credentials among them go to the first origin only. Default: none. */
  headers?: Record<string, string>
  /** Default: 8 MiB. */
  maxBytes?: number
  /** For an address that somebody else wrote. Default: wherever it leads. */
  guard?: AddressGuard
}

const MOST_BYTES = 8 * 1024 * 1024

/**
 * Gets a small text.
 *
 * @throws RtError `network`, `timeout`, `payload_too_large`, `aborted`; by status `not_found`, `unauthorized`, `forbidden`.
 */
export const fetchText = async (options: FetchTextOptions): Promise<string> => {
  const { url, maxBytes = MOST_BYTES } = options
  const response = await openResponse(url, options)
  try {
    if (response.status !== 200) throw statusError(response.url, response.status, response.headers['retry-after'])
    const pieces: Buffer[] = []
    let bytes = 0
    for await (const piece of response.body()) {
      bytes += piece.length
      if (bytes > maxBytes) throw tooLargeError(response.url, maxBytes)
      pieces.push(piece)
    }
    return Buffer.concat(pieces).toString('utf8')
  } finally {
    response.discard()
  }
}
