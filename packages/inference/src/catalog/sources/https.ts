import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { download } from '@rt/node/fetch'
import type { Source, SourceRequest } from './source.ts'

/** A host that does not answer must not keep a person waiting: there is a next source. */
const CONNECT_TIMEOUT_MS = 3_000
const IDLE_TIMEOUT_MS = 60_000
/** For files whose size nobody knows. */
const MOST_BYTES = 1e12

export const https: Source<'https'> = ({ url }, request) => fetchToWorkspace(url, request)

/** One download under a name made of its address: what is left of an interrupted one is resumed there. */
export const fetchToWorkspace = async (
  url: string,
  request: SourceRequest,
  headers: Record<string, string> = {},
): Promise<string> => {
  const { file, workspace, signal, onProgress } = request
  const to = join(workspace, `${HTTP_PREFIX}${createHash('sha256').update(url).digest('hex').slice(0, 16)}`)
  await download({
    url,
    to,
    headers,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    idleTimeoutMs: IDLE_TIMEOUT_MS,
    maxBytes: file.bytes ?? MOST_BYTES,
    onProgress: (done, total) => onProgress?.(done, total ?? file.bytes ?? 0),
    signal,
  })
  return to
}

/** Files of a workspace that begin so are worth keeping after a failure. */
export const HTTP_PREFIX = 'http-'
