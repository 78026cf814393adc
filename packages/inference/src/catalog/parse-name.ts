import { createHash } from 'node:crypto'
import { basename, isAbsolute } from 'node:path'
import { RtError } from '@rt/core'
import { parseSource } from './parse-source.ts'

/** A model name, by what it asks for. */
export type ModelName =
  | { type: 'catalog'; name: string }
  /** A file to fetch, kept under `path` (relative, with `/`) in the models folder. */
  | { type: 'remote'; name: string; source: string; path: string }
  | { type: 'path'; name: string; path: string }

const MAX_LENGTH = 500
const PLAIN = /^[a-z0-9][a-z0-9._-]*(?:\/[a-z0-9][a-z0-9._-]*){0,2}(?::[a-z0-9][a-z0-9._-]*)?$/i
/** Names Windows keeps for devices, with any ending. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?$/i

/**
 * Tells what kind of name this is, and refuses what no model can be called.
 *
 * @throws RtError `invalid_request`, quoting the name.
 */
export const parseName = (text: string, { references = false }: { references?: boolean } = {}): ModelName => {
  const name = text.trim()
  if (isPlain(name)) return { type: 'catalog', name: normalName(name) }
  if (!isReference(name)) throw refused(name, 'it is not a model name')
  if (!references) throw refused(name, 'paths, hf: and https: are not accepted here')
  if (name.startsWith('hf:')) return remote(name, hubPath(name))
  if (name.startsWith('https:')) return remote(name, webPath(name))
  if (name.includes('\0')) throw refused(name, 'it is not a path')
  return { type: 'path', name, path: name }
}

/** Case does not matter, and `:latest` says nothing. */
export const normalName = (name: string): string => name.toLowerCase().replace(/:latest$/, '')

/** The folder of a catalog entry in the models folder. */
export const slugOf = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9._-]+/g, '-')

const isPlain = (name: string): boolean =>
  name.length <= 200 &&
  PLAIN.test(name) &&
  !name.includes('..') &&
  !/\.(?:gguf|onnx)$/i.test(name) &&
  !name.split(/[/:]/).some((part) => DEVICE.test(part))

const isReference = (name: string): boolean =>
  name.length <= MAX_LENGTH &&
  // Any other scheme (two letters or more: `C:` is a drive) is no way to name a model.
  !/^(?!hf:|https:)[a-z][a-z0-9+.-]+:/i.test(name) &&
  (/^(?:hf:|https:)/.test(name) || /^\.{0,2}[/\\]/.test(name) || isAbsolute(name) || /\.gguf$/i.test(name))

const remote = (name: string, path: string): ModelName => ({ type: 'remote', name, source: name, path })

const hubPath = (name: string): string => {
  const location = parseSource(name)
  if (location.scheme !== 'hf') throw refused(name, 'it is not a file on the hub')
  const parts = ['hf', ...location.repo.split('/'), ...location.path.split('/')]
  return checkParts(
    name,
    location.revision === 'main' ? parts : [...parts.slice(0, 3), `@${location.revision}`, ...parts.slice(3)],
  )
}

const webPath = (name: string): string => {
  const location = parseSource(name)
  if (location.scheme !== 'https') throw refused(name, 'it is not a web address')
  const url = new URL(location.url)
  const hash = createHash('sha256').update(url.href).digest('hex').slice(0, 16)
  return checkParts(name, ['https', hash, decode(name, basename(url.pathname))])
}

const decode = (name: string, text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    throw refused(name, 'it has a % that begins no character')
  }
}

const checkParts = (name: string, parts: string[]): string => {
  const last = parts.at(-1) ?? ''
  if (!/\.gguf$/i.test(last)) throw refused(name, 'it does not name a .gguf file')
  const bad = parts.some((part) => !/^[@\w][\w. -]{0,199}$/.test(part) || DEVICE.test(part))
  if (bad) throw refused(name, 'it has a part that cannot be a file name')
  return parts.join('/')
}

const refused = (name: string, why: string): RtError =>
  new RtError({
    code: 'invalid_request',
    message: `model name ${JSON.stringify(name.slice(0, 120))}: ${why}.`,
    hint: 'Names look like smollm2:135m. The library and the command also take hf:owner/repo/file.gguf, https://…/file.gguf and a path.',
    data: { field: 'model' },
  })
