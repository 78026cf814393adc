import type { RunOperations } from '@rt/core'
import type { Link } from './link.ts'
import { query } from './query.ts'
import { segment } from './segment.ts'
import { parts } from './turn.ts'

/** Runs of the other process. */
export const runs = (link: Link): RunOperations => {
  const at = (id: string, rest = ''): string => `/rt/runs/${segment(id)}${rest}`
  const post = <T>(path: string, body: object, signal?: AbortSignal): Promise<T> =>
    // Patient: the first to ask may have to wait for the data file.
    link.call({ method: 'POST', path, body, signal, patient: true })
  return {
    list: ({ principal, status, thread, limit, signal } = {}) =>
      link.call({ method: 'GET', path: `/rt/runs${query({ principal, status, thread, limit })}`, signal }),
    get: async (id, { principal, signal } = {}) =>
      link.call({ method: 'GET', path: at(id, query({ principal })), signal }),
    approve: async (id, { call, hash }, { principal, signal } = {}) =>
      post(at(id, '/approve'), { call, hash, principal }, signal),
    deny: async (id, { call, hash, reason }, { principal, signal } = {}) =>
      post(at(id, '/deny'), { call, hash, reason, principal }, signal),
    resume: (id, { principal, signal } = {}) =>
      parts(link, signal, () => ({ method: 'POST', path: at(id, '/resume'), body: { principal } })),
    cancel: async (id, { principal, signal } = {}) =>
      (await post<{ cancelled: boolean }>(at(id, '/cancel'), { principal }, signal)).cancelled,
    stream: (id, { principal, after, signal } = {}) =>
      parts(link, signal, () => ({ method: 'GET', path: at(id, `/stream${query({ principal, after })}`) })),
    delete: async (id, { principal, signal } = {}) =>
      (await link.call<{ deleted: boolean }>({ method: 'DELETE', path: at(id, query({ principal })), signal })).deleted,
  }
}
