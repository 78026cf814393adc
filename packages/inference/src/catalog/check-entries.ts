import { RtError } from '@rt/core'
import { slugOf } from './parse-name.ts'
import { parseSource } from './parse-source.ts'
import type { CatalogEntry, CatalogFile } from './types.ts'

const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/

/**
 * Checks a table of models: names unique, hashes of 64 hex digits, sizes whole, sources readable.
 *
 * @throws RtError `config_invalid` naming the entry and the value.
 */
export const checkEntries = (entries: CatalogEntry[]): CatalogEntry[] => {
  const taken = new Map<string, string>()
  for (const entry of entries) {
    const keys = [entry.name, ...entry.aliases].map((name) => name.toLowerCase())
    for (const key of new Set([...keys, `folder ${slugOf(entry.name)}`])) {
      const other = taken.get(key)
      if (other !== undefined) throw invalid(entry.name, `"${key}" is already the name of ${other}`)
      taken.set(key, entry.name)
    }
    if (!entry.files.some(({ role }) => role === 'model')) throw invalid(entry.name, 'it has no file of role "model"')
    for (const file of entry.files) checkFile(entry.name, file)
  }
  return entries
}

const checkFile = (model: string, { name, bytes, sha256, sources }: CatalogFile): void => {
  if (!FILE_NAME.test(name)) throw invalid(model, `"${name}" is not a plain file name`)
  const schemes = sources.map((source) => parseSource(source).scheme)
  const open = schemes.length > 0 && schemes.every((scheme) => scheme === 'hf')
  if (sha256 === undefined && !open)
    throw invalid(model, `${name} has no sha256, and only files that the hub alone has may have none`)
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256))
    throw invalid(model, `the sha256 of ${name} is "${sha256}"`)
  const sized = Number.isSafeInteger(bytes) && bytes! > 0
  if (!sized && (sha256 !== undefined || bytes !== undefined)) throw invalid(model, `the size of ${name} is ${bytes}`)
}

const invalid = (model: string, what: string): RtError =>
  new RtError({
    code: 'config_invalid',
    message: `catalog entry "${model}": ${what}.`,
    hint: 'A file has a plain name, its size in bytes and a sha256 of 64 lower-case hex digits.',
  })
