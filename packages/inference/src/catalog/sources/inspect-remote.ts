/** What a server says of a file before it is fetched. */
export interface RemoteFacts {
  bytes?: number
  sha256?: string
}

const LIMIT_MS = 5_000

/**
 * Asks for size and hash of a file. The hub names both in headers of its redirect (`x-linked-size`, `x-linked-etag`);
 * elsewhere there is a length at most. A server that does not answer is no error here: the download will say so.
 */
export const inspectRemote = async (url: string, signal?: AbortSignal): Promise<RemoteFacts> => {
  const limit = AbortSignal.timeout(LIMIT_MS)
  const both = signal ? AbortSignal.any([signal, limit]) : limit
  const ask = (redirect: 'manual' | 'follow'): Promise<Headers | undefined> =>
    fetch(url, { method: 'HEAD', redirect, signal: both }).then(
      (response) => (response.status < 400 ? response.headers : undefined),
      () => undefined,
    )
  const first = await ask('manual')
  const sha256 = first?.get('x-linked-etag')?.replaceAll('"', '')
  const linked = toBytes(first?.get('x-linked-size'))
  if (sha256 && /^[0-9a-f]{64}$/.test(sha256) && linked !== undefined) return { bytes: linked, sha256 }
  const last = first?.has('location') ? await ask('follow') : first
  const bytes = toBytes(last?.get('content-length'))
  return bytes === undefined ? {} : { bytes }
}

const toBytes = (text: string | null | undefined): number | undefined => {
  const bytes = Number(text ?? Number.NaN)
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined
}
