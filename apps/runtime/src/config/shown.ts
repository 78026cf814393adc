import { nearestNames } from '@rt/core'
import type { Path } from './locate-keys.ts'

const HIDDEN = '…'

/** Names of keys whose values nobody may read over a shoulder or in a log. */
const SECRET_KEY = /(key|token|secret|passw(or)?d|passphrase|credentials?|authorization|auth|bearer|cookie)$/i
/** A typing mistake in one of these is one of these. */
const SECRET_NAMES = ['api_key', 'token', 'secret', 'password']
/** Tables that exist for services with a login: text of theirs is shown for these keys only. */
const LOGIN_TABLES: ReadonlySet<unknown> = new Set(['providers', 'mcp', 'vector', 'state', 'limits'])
const OPEN_KEYS: ReadonlySet<unknown> = new Set([
  'kind',
  'store',
  'base_url',
  'url',
  'command',
  'cwd',
  'models',
  'timeout',
  'index',
  'tokenizer',
  'ttl',
  'version',
  'api',
  'package',
  'allow',
  'deny',
  'approval',
  'sampling',
  'roots',
  'start_timeout',
  'flow',
  'client_id',
  'issuer',
  'scope',
])
/** Beginnings that vendors give their keys, and anything long that is no word. */
const SECRET_TEXT =
  /^(sk|pk|rk|hf|gh[a-z]|github_pat|glpat|xox[a-z]|akia|aiza|eyj)[-_A-Za-z0-9]{8,}|^(?=.*\d)(?=.*[a-z])[\w+=.-]{24,}$/i
const ENVIRONMENT = /^env:\S+$/

/** Whether a value of the file must not be repeated, in an error or anywhere. */
export const isSecret = (path: Path, value: unknown): boolean => {
  if (typeof value === 'string' && (ENVIRONMENT.test(value) || value === '')) return false
  const names = path.filter((part) => typeof part === 'string')
  if (names.some((name) => SECRET_KEY.test(name) || nearestNames(name, SECRET_NAMES).length > 0)) return true
  if (typeof value !== 'string') return false
  const open = names.length > 1 && (OPEN_KEYS.has(names.at(-1)) || OPEN_KEYS.has(names.at(-2)))
  if (LOGIN_TABLES.has(names[0]) && names.length > 2 && !open) return true
  return SECRET_TEXT.test(value)
}

/** Any text with the logins and keys in addresses left out. Each part is read once: it may be a megabyte made for this. */
export const withoutLogins = (text: string): string =>
  text
    .replaceAll(/[^\s"']+/g, (word) => {
      const start = word.indexOf('://') + '://'.length
      const end = word.lastIndexOf('@')
      return start >= '://'.length && end >= start ? `${word.slice(0, start)}${HIDDEN}${word.slice(end)}` : word
    })
    .replaceAll(/([?&][^=&?\s"']*(?:key|token|secret|signature|sig|password)=)[^&\s"']+/gi, `$1${HIDDEN}`)

/** Text of a file as a terminal may have it, on one line: what cannot be seen is written out. */
export const visible = (text: string): string =>
  text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (found) => `\\u{${found.codePointAt(0)!.toString(16)}}`)

const LONGEST = 60

/** A value of the file for a message, about as it is written there. */
export const shownValue = (path: Path, value: unknown): string => {
  const text = write(path, value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text
}

const write = (path: Path, value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map((item, index) => write([...path, index], item)).join(', ')}]`
  if (value instanceof Date) return isSecret(path, value) ? HIDDEN : value.toISOString()
  if (typeof value === 'object' && value !== null)
    return `{ ${Object.entries(value)
      .map(([name, item]) => `${visible(name)} = ${write([...path, name], item)}`)
      .join(', ')} }`
  if (isSecret(path, value)) return `"${HIDDEN}"`
  return typeof value === 'string' ? `"${visible(withoutLogins(value))}"` : String(value)
}

/** A value of any origin for `rt config`: the same, with the logins of addresses left out. */
export const withoutLoginsDeep = (value: unknown): unknown => {
  if (typeof value === 'string') return withoutLogins(value)
  return Array.isArray(value) ? value.map(withoutLoginsDeep) : value
}
