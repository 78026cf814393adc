import { type Clock, type Operations, RtError, systemClock } from '@rt/core'
import { isHeaderText } from '../header-text.ts'
import { decodeMessages, type WireMessage } from '../wires/native/message-bytes.ts'
import { collections } from './collections.ts'
import { fetchTransport } from './fetch-transport.ts'
import { httpTransport } from './http-transport.ts'
import { absolute, ingest } from './ingest.ts'
import { createLink, type LinkRequest } from './link.ts'
import { query } from './query.ts'
import { runs } from './runs.ts'
import { segment } from './segment.ts'
import { turn } from './turn.ts'

export interface ConnectOptions {
  /** e.g. `http://127.0.0.1:4141`; a path in front of `/rt` may follow. */
  address: string
  /** The lock's token, or a key of scope `admin`. */
  token: string
  /** Sends requests instead of Node's HTTP client, e.g. an app's own `fetch`. */
  fetch?: (request: Request) => Promise<Response>
  /** How long the server may say nothing before a `timeout`. Default 60,000 ms; it sends something every 10. */
  idleMs?: number
  /** Default: the system's. */
  clock?: Clock
}

/** What an operator can ask of the runtime at an address, and its end. */
export type Client = Operations & {
  /** Resolves when the server has agreed to close, which may be before it has. */
  shutdown(): Promise<void>
}

/** A runtime in another process, by its native HTTP API. It connects when something is asked. */
export const connect = ({ address, token, fetch, idleMs = 60_000, clock = systemClock }: ConnectOptions): Client => {
  if (!/^https?:\/\/[^/]/.test(address) || !URL.canParse(address)) throw badAddress(address)
  if (!isHeaderText(token)) throw badToken()
  const link = createLink({
    address: address.replace(/\/+$/, ''),
    token,
    transport: fetch ? fetchTransport(fetch) : httpTransport,
    clock,
    idleMs,
  })
  const get = <T>(path: string): Promise<T> => link.call({ method: 'GET', path })
  type More = Pick<LinkRequest, 'signal' | 'patient'>
  const post = <T>(path: string, body: object, more: More = {}): Promise<T> =>
    link.call({ method: 'POST', path, body, ...more })
  const remove = async (path: string, more: More = {}): Promise<boolean> =>
    (await link.call<{ deleted: boolean }>({ method: 'DELETE', path, ...more })).deleted

  return {
    turn: (request, options) => turn(link, request, options),
    ingest: (paths, options) => ingest(link, paths, options),
    // Patient: it may have to load the embedder, or fetch it.
    search: (query, { signal, span: _span, ...options } = {}) =>
      post('/rt/search', { query, ...options }, { signal, patient: true }),
    // Patient for the same reason.
    rerank: (query, documents, { model, topK, label, signal } = {}) =>
      post('/rt/rerank', { query, documents, model, topK, label }, { signal, patient: true }),
    documents: {
      list: () => get('/rt/documents'),
      // Patient, as what follows: it waits for a running ingest, and would happen after we had given up on it.
      async forget(source, { collection, signal } = {}) {
        const body = { source, collection }
        return (await post<{ deleted: boolean }>('/rt/documents/forget', body, { signal, patient: true })).deleted
      },
    },
    collections: collections(link),
    threads: {
      list: () => get('/rt/threads'),
      messages: async (id) => decodeMessages(await get<WireMessage[]>(`/rt/threads/${segment(id)}/messages`)),
      delete: async (id, { signal } = {}) => remove(`/rt/threads/${segment(id)}`, { signal, patient: true }),
    },
    runs: runs(link),
    trace: {
      last: async () =>
        (await get<Awaited<ReturnType<Operations['trace']['last']>> | null>('/rt/traces/last')) ?? undefined,
      get: async (id) => get(`/rt/traces/${segment(id)}`),
      list: ({ limit } = {}) => get(`/rt/traces${query({ limit })}`),
    },
    cost: ({ days } = {}) => get(`/rt/cost${query({ days })}`),
    keys: {
      create: ({ name, scope }) => post('/rt/keys', { name, scope }),
      list: () => get('/rt/keys'),
      revoke: async (idOrName) => remove(`/rt/keys/${segment(idOrName)}`),
    },
    status: () => get('/rt/status'),
    unload: async (model, { signal } = {}) =>
      (await post<{ unloaded: boolean }>('/rt/models/unload', { model }, { signal, patient: true })).unloaded,
    backup: async (path, { signal } = {}) => post('/rt/backup', { path: absolute(path) }, { signal, patient: true }),
    shutdown: async () => void (await post('/rt/shutdown', {})),
  }
}

const badToken = (): RtError =>
  new RtError({
    code: 'invalid_request',
    message: 'the token has spaces around it or holds a character that no header may hold.',
    hint: 'Often it is the line break at the end of a file: trim what was read.',
  })

const badAddress = (address: string): RtError =>
  new RtError({
    code: 'invalid_request',
    message: `${JSON.stringify(address)} is not the address of a server.`,
    hint: 'Write it like http://127.0.0.1:4141.',
  })
