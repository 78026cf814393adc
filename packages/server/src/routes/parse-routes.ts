import { nearestNames, RtError } from '@rt/core'
import type { Route, RouteHandler } from './route.ts'

export interface ParsedRoute {
  /** As written. */
  key: string
  /** Undefined = all. */
  method: string | undefined
  path: string
  public: boolean
  handle: RouteHandler
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
/** Paths of our own. */
const OURS = ['/', '/health', '/ready', '/v1/*', '/rt/*']
/** Those of later versions: Ollama's protocol, pages, figures, the description of it all. */
const LATER = ['/api/*', '/ui/*', '/metrics', '/docs']
const SEGMENT = /^(:[A-Za-z_]\w*|[^\s/:*?#%{}\p{Cc}]+)$/u

/**
 * Checks an app's own routes and brings them into the order they are tried in: as written, those of one method before
 * those of all.
 *
 * @throws RtError `config_invalid` naming the key and what is wrong with it.
 */
export const parseRoutes = (routes: Record<string, Route>): ParsedRoute[] => {
  const parsed = Object.entries(routes).map(([key, route]) => parseRoute(key, route))
  const seen = new Map<string, string>()
  for (const { key, method, path } of parsed) {
    const shape = `${method ?? '*'} ${path.replace(/:\w+/g, ':')}`
    const other = seen.get(shape)
    if (other !== undefined) throw wrong(key, `it matches the same requests as ${quote(other)}.`, 'Remove one of them.')
    seen.set(shape, key)
  }
  return parsed.toSorted((a, b) => Number(a.method === undefined) - Number(b.method === undefined))
}

const parseRoute = (key: string, route: Route): ParsedRoute => {
  const [first = '', second, ...rest] = key.split(/\s+/)
  if (rest.length > 0) throw wrong(key, 'it has more than a method and a path.', EXAMPLE)
  const [method, path] = second === undefined ? [undefined, first] : [first, second]
  if (method !== undefined && !METHODS.includes(method)) throw badMethod(key, method)
  if (!path.startsWith('/')) throw wrong(key, 'its path does not start with "/".', EXAMPLE)
  checkPath(key, path)
  const handle = typeof route === 'function' ? route : route?.handle
  if (typeof handle !== 'function')
    throw wrong(key, 'it has no handler.', 'Give (request) => Response, or { handle: (request) => Response }.')
  return { key, method, path, handle, public: typeof route === 'object' && route.public === true }
}

const EXAMPLE = `Write it like "GET /hello/:name", or "/hello" for all methods.`

const checkPath = (key: string, path: string): void => {
  const segments = segmentsOf(path)
  const bad = segments.find((segment, i) => !SEGMENT.test(segment) && !(segment === '*' && i === segments.length - 1))
  if (bad !== undefined)
    throw wrong(
      key,
      `${quote(bad)} is no part of a path.`,
      'Parts are plain text, a ":name", or "*" as the last one; write letters as they are, without %.',
    )
  if (segments.some((segment) => segment === '.' || segment === '..'))
    throw wrong(key, 'no request ever has "." or ".." in its path.', EXAMPLE)
  const names = segments.filter((segment) => segment.startsWith(':'))
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw wrong(key, `${quote(twice)} is there twice.`, 'Give each part a name of its own.')
  const taken = [...OURS, ...LATER].find((ours) => overlaps(segments, segmentsOf(ours)))
  if (taken === undefined) return
  const whose = LATER.includes(taken) ? 'which belongs to rt: a later version answers there' : "which is rt's own"
  throw wrong(key, `it would match ${taken}, ${whose}.`, 'Choose another path, e.g. below "/app".')
}

const segmentsOf = (path: string): string[] => (path === '/' ? [] : path.slice(1).split('/'))

/** Whether some request fits both; `*` also fits nothing at all. */
const overlaps = (a: string[], b: string[]): boolean => {
  for (let i = 0; ; i++) {
    const [one, other] = [a[i], b[i]]
    if (one === '*' || other === '*') return true
    if (one === undefined || other === undefined) return one === other
    if (one !== other && !one.startsWith(':') && !other.startsWith(':')) return false
  }
}

const badMethod = (key: string, method: string): RtError => {
  const [near] = nearestNames(method, METHODS)
  if (method === 'HEAD') return wrong(key, 'HEAD is answered by the route of GET, without its body.', 'Use GET.')
  return wrong(
    key,
    `${quote(method)} is not a method.`,
    `${near ? `Did you mean ${near}? ` : ''}Methods: ${METHODS.join(', ')}.`,
  )
}

const quote = (text: string): string => JSON.stringify(text.slice(0, 100))

const wrong = (key: string, what: string, hint: string): RtError =>
  new RtError({
    code: 'config_invalid',
    message: `route ${quote(key)}: ${what}`,
    hint,
    data: { route: key.slice(0, 100) },
  })
