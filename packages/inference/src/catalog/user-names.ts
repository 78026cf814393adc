import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { RtError, type Sampling } from '@rt/core'
import { ensureFolder, writeFileAtomic } from '@rt/node/files'
import { normalName, parseName } from './parse-name.ts'
import { isObject, readUserModel } from './read-user-model.ts'
import type { ModelPreset } from './types.ts'

/** What a name of the user's stands for: a model by its own name, with settings where the name was made with some. */
export interface UserModel {
  model: string
  sampling?: Sampling
  preset?: ModelPreset
  licence?: string
}

/** Further names the user gave to models, in `aliases.json` of the models folder. */
export interface UserNames {
  /** @throws RtError `config_invalid` when the file is damaged. */
  get(name: string): UserModel | undefined
  /** All of them; none when the file is damaged: for lists. */
  all(): ReadonlyMap<string, UserModel>
  /** @throws RtError `conflict` when another model has the name and is not to be replaced, `config_invalid`. */
  set(name: string, model: UserModel, options?: { replace?: boolean }): Promise<void>
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

  const change = <T>(work: (names: Map<string, UserModel>) => T): Promise<T> => {
    const next = last.then(async () => {
      const names = readNames(path)
      const before = format(names)
      const result = work(names)
      const after = format(names)
      if (after === before) return result
      await ensureFolder(folder)
      await writeFileAtomic(path, after, { mode: 0o644 })
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
    set: (name, model, { replace = false } = {}) =>
      change((names) => {
        const taken = names.get(name)
        if (taken && !replace && format(new Map([[name, taken]])) !== format(new Map([[name, model]])))
          throw nameTaken(name, taken.model, `Take it away first: rt rm ${name}`)
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

/** A name without settings is a plain pair, as people write it by hand. */
const format = (names: ReadonlyMap<string, UserModel>): string => {
  const sorted = [...names].toSorted(([a], [b]) => a.localeCompare(b))
  const pairs = sorted.map(([name, user]) => [name, Object.keys(user).length > 1 ? user : user.model] as const)
  return `${JSON.stringify(Object.fromEntries(pairs), undefined, 2)}\n`
}

const readNames = (path: string): Map<string, UserModel> => {
  const text = readText(path)
  if (text === undefined) return new Map()
  try {
    const value: unknown = text.length <= MOST_BYTES ? JSON.parse(text) : undefined
    if (isObject(value)) {
      const names = Object.entries(value).map(([name, one]) => [name, readUserModel(one)] as const)
      if (names.every(([name, one]) => plainName(name) === name && one))
        return new Map(names as (readonly [string, UserModel])[])
    }
  } catch {
    // Said below.
  }
  throw new RtError({
    code: 'config_invalid',
    message: `${FILE} in the models folder is not a list of names.`,
    hint: 'Mend or delete it: it holds nothing but the further names of models and what rt create made.',
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
