/** What a server says of a file before it is fetched. */
export interface RemoteFacts {
  bytes?: number
  sha256?: string
}

/** As long as a host has to connect: who waits for a file should not wait twice. */
const LIMIT_MS = 3_000

/**
 * Asks for size and hash of a file. The hub names both in headers of its redirect (`x-linked-size`, `x-linked-etag`);
 * elsewhere there is a length at most. Undefined: nobody answered. A server that refuses is no error here: the download
 * will say so.
 *
 * @param headers go to the first host alone.
 */
export const inspectRemote = async (
  url: string,
  { headers = {}, signal }: { headers?: Record<string, string>; signal?: AbortSignal | undefined } = {},
): Promise<RemoteFacts | undefined> => {
  const limit = AbortSignal.timeout(LIMIT_MS)
  const both = signal ? AbortSignal.any([signal, limit]) : limit
  const ask = (address: string, init: RequestInit): Promise<Response | undefined> =>
    fetch(address, { method: 'HEAD', signal: both, ...init }).catch(() => undefined)
  const first = await ask(url, { redirect: 'manual', headers })
  if (!first) return undefined
  if (first.status >= 400) return {}
  const sha256 = first.headers.get('x-linked-etag')?.replaceAll('"', '')
  const linked = toBytes(first.headers.get('x-linked-size'))
  if (sha256 && /^[0-9a-f]{64}$/.test(sha256) && linked !== undefined) return { bytes: linked, sha256 }
  const next = first.headers.get('location')
  // A repository that moved answers at its new place; the rest of the way is without credentials.
  const target = next === null ? undefined : URL.parse(next, url)
  const last = target
    ? await ask(target.href, { redirect: 'follow', ...(target.origin === new URL(url).origin && { headers }) })
    : first
  const bytes = last && last.status < 400 ? toBytes(last.headers.get('content-length')) : undefined
  return bytes === undefined ? {} : { bytes }
}

const toBytes = (text: string | null): number | undefined => {
  const bytes = Number(text ?? Number.NaN)
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined
}
