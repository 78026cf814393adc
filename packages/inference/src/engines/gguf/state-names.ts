import { createHash } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** Whose thread. */
export interface ThreadName {
  principal: string
  thread: string
}

export const hashOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex')

/** A name in a folder tells neither who nor what. */
const principalFolder = (folder: string, principal: string): string => join(folder, hashOf([principal]).slice(0, 32))
export const ownerOf = ({ principal, thread }: ThreadName): string => hashOf([principal, normalName(thread)])
/** Threads are told apart by names in Unicode form C: whoever deletes one may have typed it in another. */
export const normalName = (thread: string): string => thread.normalize('NFC')
const ENDING = '.kv'

/** Where the state of a thread with a model is saved: a folder a principal, a file a thread and model. */
export const statePath = (folder: string, name: ThreadName, model: string): string =>
  join(principalFolder(folder, name.principal), `${ownerOf(name).slice(0, 32)}-${model.slice(0, 32)}${ENDING}`)

/** Whether a file is of that model. */
export const isOfModel = (path: string, model: string): boolean => path.endsWith(`-${model.slice(0, 32)}${ENDING}`)

/** Whether a file is of that thread, or of any of that principal. */
export const isStateOf = (
  folder: string,
  path: string,
  { principal, thread }: { principal: string; thread?: string | undefined },
): boolean =>
  dirname(path) === principalFolder(folder, principal) &&
  (thread === undefined || basename(path).startsWith(ownerOf({ principal, thread }).slice(0, 32)))

/** All states in a folder. */
export const listStates = (folder: string): string[] =>
  list(folder).flatMap((principal) =>
    list(join(folder, principal)).flatMap((file) => (file.endsWith(ENDING) ? [join(folder, principal, file)] : [])),
  )

/** Deletes what is saved of a thread with any model, or of all threads of a principal. */
export const removeStates = (
  folder: string,
  { principal, thread }: { principal: string; thread?: string | undefined },
): void => {
  const of = principalFolder(folder, principal)
  if (thread === undefined) return rmSync(of, { recursive: true, force: true })
  const prefix = ownerOf({ principal, thread }).slice(0, 32)
  for (const file of list(of)) if (file.startsWith(prefix)) rmSync(join(of, file), { force: true })
}

const list = (folder: string): string[] => {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
