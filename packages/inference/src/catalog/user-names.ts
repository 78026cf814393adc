import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { RtError } from '@rt/core'
import { ensureFolder, writeFileAtomic } from '@rt/node/files'
import { normalName, parseName } from './parse-name.ts'

/** Further names the user gave to models: name to the model's own name, in `aliases.json` of the models folder. */
export interface UserNames {
  /** @throws RtError `config_invalid` when the file is damaged. */
  get(name: string): string | undefined
  /** All of them; none when the file is damaged: for lists. */
  all(): ReadonlyMap<string, string>
  /** @throws RtError `conflict` when another model has the name, `config_invalid`. */
  set(name: string, model: string): Promise<void>
  /** False when there is none of that name. */
  delete(name: string): Promise<boolean>
}

const FILE = 'aliases.json'
const MOST_BYTES = 1024 * 1024
const RULE =
  'Use letters, digits, dots, dashes and underscores, beginning with a letter or digit, with one :tag at most, such as ' +
  'mine or mine:v2; no / (names of providers have it), no ending .gguf or .onnx.'

export const createUserNames = (folder: string): UserNames => {
  const path = join(folder, FILE)
  /** Changes of this process follow each other: each reads what the one before wrote. */
  let last: Promise<unknown> = Promise.resolve()

  const change = <T>(work: (names: Map<string, string>) => T): Promise<T> => {
    const next = last.then(async () => {
      const names = readNames(path)
      const before = names.size
      const result = work(names)
      if (names.size === before) return result
      await ensureFolder(folder)
      const text = JSON.stringify(
        Object.fromEntries([...names].toSorted(([a], [b]) => a.localeCompare(b))),
        undefined,
        2,
      )
      await writeFileAtomic(path, `${text}\n`, { mode: 0o644 })
      return result
    })
    last = next.catch(() => {})
    return next
  }
  return {
    // Names of remote models are asked for with every call: no file is read for them.
    get: (name) => (name.includes('/') ? undefined : readNames(path).get(normalName(name))),
    all() {
      try {
        return readNames(path)
      } catch {
        return new Map()
      }
    },
    set: (name, model) =>
      change((names) => {
        const taken = names.get(name)
        if (taken !== undefined && taken !== model) throw nameTaken(name, taken, `Take it away first: rt rm ${name}`)
        names.set(name, model)
      }),
    delete: (name) => change((names) => names.delete(normalName(name))),
  }
}

/**
 * A name a user may give, in lower case.
 *
 * @throws RtError `invalid_request` with the rule.
 */
export const parseUserName = (text: string): string => {
  const name = plainName(text)
  if (name !== undefined) return name
  throw new RtError({
    code: 'invalid_request',
    message: `${JSON.stringify(text.slice(0, 120))} cannot be the name of a model.`,
    hint: RULE,
    data: { field: 'to' },
  })
}

export const nameTaken = (name: string, owner: string, hint: string): RtError =>
  new RtError({
    code: 'conflict',
    message: `"${name}" is already a name of ${owner}.`,
    hint,
    data: { name, model: owner },
  })

const plainName = (text: string): string | undefined => {
  try {
    const parsed = parseName(text)
    return parsed.type === 'catalog' && !parsed.name.includes('/') ? parsed.name : undefined
  } catch {
    return undefined
  }
}

const readNames = (path: string): Map<string, string> => {
  const text = readText(path)
  if (text === undefined) return new Map()
  try {
    const value: unknown = text.length <= MOST_BYTES ? JSON.parse(text) : undefined
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      const names = Object.entries(value)
      if (names.every(([name, model]) => plainName(name) === name && typeof model === 'string'))
        return new Map(names as [string, string][])
    }
  } catch {
    // Said below.
  }
  throw new RtError({
    code: 'config_invalid',
    message: `${FILE} in the models folder is not a list of names.`,
    hint: 'Mend or delete it: it holds nothing but the further names of models.',
  })
}

const readText = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new RtError({
      code: 'config_invalid',
      message: `${FILE} in the models folder cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`,
      hint: 'Check its permissions.',
      cause: error,
    })
  }
}
