import { createHash } from 'node:crypto'
import { basename, isAbsolute } from 'node:path'
import { RtError } from '@rt/core'
import { parseSplitName } from '../driver-kit/gguf/split-name.ts'
import { parseSource } from './parse-source.ts'

/** A model name, by what it asks for. */
export type ModelName =
  | { type: 'catalog'; name: string }
  /** A file to fetch, kept under `path` (relative, with `/`) in the models folder. */
  | { type: 'remote'; name: string; source: string; path: string }
  /** A repository of the hub, of which one file is to be chosen. */
  | { type: 'hub'; name: string; repo: string; revision: string; quant?: string }
  /** A model of Ollama on this machine. */
  | { type: 'ollama'; name: string; model: string }
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
  if (!references) throw refused(name, 'paths, hf:, https: and ollama: are not accepted here')
  if (name.startsWith('ollama:')) return ollama(name)
  if (name.startsWith('hf:')) return repository(name) ?? remote(name, hubPath(name))
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
  !/^ollama:/i.test(name) &&
  PLAIN.test(name) &&
  !name.includes('..') &&
  !/\.(?:gguf|onnx)$/i.test(name) &&
  !name.split(/[/:]/).some((part) => DEVICE.test(part))

const isReference = (name: string): boolean =>
  name.length <= MAX_LENGTH &&
  // Any other scheme (two letters or more: `C:` is a drive) is no way to name a model.
  !/^(?!hf:|https:|ollama:)[a-z][a-z0-9+.-]+:/i.test(name) &&
  (/^(?:hf:|https:|ollama:)/.test(name) ||
    /^\.{0,2}[/\\]/.test(name) ||
    isAbsolute(name) ||
    /\.(?:gguf|onnx)$/i.test(name))

const REPOSITORY =
  /^hf:([A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*)(?:@([A-Za-z0-9][\w.-]*))?(?::([A-Za-z0-9][\w-]{0,39}))?$/

/** `hf:owner/repo`, `hf:owner/repo:Q4_K_M`. A word without that form names a file, or nothing. */
const repository = (name: string): ModelName | undefined => {
  const [, repo, revision = 'main', quant] = REPOSITORY.exec(name) ?? []
  if (!repo || `${repo}/${revision}`.includes('..')) return undefined
  return { type: 'hub', name, repo, revision, ...(quant && { quant }) }
}

const ollama = (name: string): ModelName => {
  const model = name.slice('ollama:'.length)
  if (isPlain(model)) return { type: 'ollama', name, model: model.toLowerCase() }
  throw refused(name, 'it is not a name of Ollama')
}

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
  const split = parseSplitName(last)
  if (split && split.part > 1)
    throw refused(name, `it is part ${split.part} of ${split.count}: name the first, ${split.names[0]}`)
  const bad = parts.some((part) => !/^[@\w][\w. -]{0,199}$/.test(part) || DEVICE.test(part))
  if (bad) throw refused(name, 'it has a part that cannot be a file name')
  return parts.join('/')
}

const refused = (name: string, why: string): RtError =>
  new RtError({
    code: 'invalid_request',
    message: `model name ${JSON.stringify(name.slice(0, 120))}: ${why}.`,
    hint:
      'Names look like smollm2:135m. The library and the command also take hf:owner/repo, hf:owner/repo:Q4_K_M, ' +
      'hf:owner/repo/file.gguf, https://…/file.gguf, ollama:NAME and a path (a .gguf or .onnx file, or the folder of an ONNX export).',
    data: { field: 'model' },
  })
