import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  utimesSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { createSecretId, RtError } from '@rt/core'
import { peekState, type StateNote } from './state-file.ts'
import { isOfModel, isStateOf, listStates, ownerOf, removeStates, statePath, type ThreadName } from './state-names.ts'
import type { StateWork } from './state-work.ts'
import { createTurns } from './turns.ts'

export interface FoundState {
  readonly path: string
  /** What it holds, if it is whole. */
  readonly tokens: number[]
  readonly exact: number
}

export interface SaveOptions extends Pick<StateNote, 'model' | 'exact' | 'sequences'> {
  /** About so many. */
  bytes: number
  /** Writes llama.cpp's part into an empty file. */
  write(path: string): Promise<unknown>
}

/** Key-value caches of threads on disk, under a budget of bytes. What is not whole, or of another model, is deleted. */
export interface StateStore {
  find(name: ThreadName, model: string, sequences: number): FoundState | undefined
  /**
   * Lets native code read it into a context of that many sequences, if it is as it was written. While that goes on it is
   * not under its name: one that ends the process is not read a second time. False = it was of no use, and is deleted.
   */
  load(found: FoundState, sequences: number, read: (path: string) => Promise<boolean>): Promise<boolean>
  /** False when it was not saved: too large, no room, or it failed. */
  save(name: ThreadName, options: SaveOptions): Promise<boolean>
  forget(of: { principal: string; thread?: string | undefined }): void
  /** An empty file of this user alone, for the time of some work. */
  withFile<T>(work: (path: string) => Promise<T>): Promise<T>
  /** What is saved of a model. */
  state(model: string): { threads: number; bytes: number }
}

export interface StateStoreOptions {
  folder: string
  /** Most bytes of all files together. */
  most: number
  work: StateWork
  /** Milliseconds since 1970. Default: the system's clock. */
  now?: () => number
}

const TEMPORARY = '.tmp'

export const createStateStore = ({ folder, most, work, now = Date.now }: StateStoreOptions): StateStore => {
  removeLeftovers(folder)
  const files = new Map<string, { bytes: number; usedAt: number }>()
  for (const path of listStates(folder)) {
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats) files.set(path, { bytes: stats.size, usedAt: stats.mtimeMs })
  }
  /** In a folder nobody may write to it stays, and is of no use any more. */
  const remove = (path: string): undefined => {
    files.delete(path)
    attempt(() => rmSync(path, { force: true }))
  }
  /** One at a time, so that the budget holds. */
  const turn = createTurns()
  /** Those being saved: one that is forgotten meanwhile is deleted when it is there. */
  const saving = new Set<{ path: string; forgotten: boolean }>()
  /** Deletes those that were used least recently, until there is room. */
  const makeRoom = (bytes: number): void => {
    let total = [...files.values()].reduce((sum, file) => sum + file.bytes, 0)
    for (const [path, file] of [...files].toSorted(([, a], [, b]) => a.usedAt - b.usedAt)) {
      if (total + bytes <= most) return
      total -= file.bytes
      remove(path)
    }
  }
  const temporary = (): string => join(folder, `.${process.pid}-${createSecretId()}${TEMPORARY}`)
  const withFile = async <T>(write: (path: string) => Promise<T>): Promise<T> => {
    const path = temporary()
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    // llama.cpp keeps the permissions of a file that is there.
    closeSync(openSync(path, 'wx', 0o600))
    try {
      return await write(path)
    } finally {
      rmSync(path, { force: true })
    }
  }
  makeRoom(0)

  return {
    withFile,
    find(name, model, sequences) {
      const path = statePath(folder, name, model)
      if (!files.has(path)) return undefined
      const read = attempt(() => peekState(path))
      const { note, tokens } = read ?? {}
      if (!note || !tokens || note.model !== model || note.owner !== ownerOf(name)) return remove(path)
      return note.sequences === 0 || note.sequences === sequences ? { path, tokens, exact: note.exact } : undefined
    },
    async load({ path }, sequences, read) {
      const file = files.get(path)
      const away = temporary()
      try {
        if (!file || !(await work.open(path, sequences))) throw damaged()
        renameSync(path, away)
        if (!(await read(away))) throw damaged()
        file.usedAt = now()
        utimesSync(away, file.usedAt / 1000, file.usedAt / 1000)
        // Deleted meanwhile, or replaced by a newer one.
        if (files.get(path) === file && !existsSync(path)) renameSync(away, path)
        return true
      } catch {
        if (files.get(path) === file) remove(path)
        return false
      } finally {
        rmSync(away, { force: true })
      }
    },
    async save(name, { model, exact, sequences, bytes, write }) {
      if (bytes > most || !hasRoom(folder, bytes)) return false
      const to = statePath(folder, name, model)
      const note: StateNote = { model, owner: ownerOf(name), exact, sequences }
      const save = async (from: string): Promise<boolean> => {
        await write(from)
        const { size } = statSync(from)
        const before = files.get(to)
        files.delete(to)
        makeRoom(size)
        if (before) files.set(to, before)
        mkdirSync(dirname(to), { recursive: true, mode: 0o700 })
        const sealed = size <= most && (await work.seal({ from, temporary: temporary(), to, note }))
        if (sealed) files.set(to, { bytes: sealed, usedAt: now() })
        return sealed !== false
      }
      const one = { path: to, forgotten: false }
      saving.add(one)
      try {
        return await turn(() => withFile(save))
      } catch {
        return false
      } finally {
        saving.delete(one)
        if (one.forgotten) remove(to)
      }
    },
    forget(of) {
      removeStates(folder, of)
      for (const one of saving) one.forgotten ||= isStateOf(folder, one.path, of)
      for (const path of files.keys()) if (isStateOf(folder, path, of)) files.delete(path)
    },
    state(model) {
      const own = [...files].filter(([path]) => isOfModel(path, model))
      return { threads: own.length, bytes: own.reduce((sum, [, file]) => sum + file.bytes, 0) }
    },
  }
}

const attempt = <T>(work: () => T): T | undefined => {
  try {
    return work()
  } catch {
    return undefined
  }
}

const damaged = (): RtError =>
  new RtError({ code: 'checksum_mismatch', message: 'a saved state is not as it was written.' })

/** Twice the file for a moment, and what others need of the disk. */
const hasRoom = (folder: string, bytes: number): boolean => {
  const { bavail, bsize } = attempt(() => statfsSync(existing(folder))) ?? { bavail: 0, bsize: 0 }
  return bavail * bsize > 3 * bytes
}

const existing = (folder: string): string =>
  statSync(folder, { throwIfNoEntry: false }) || dirname(folder) === folder ? folder : existing(dirname(folder))

/** What processes left behind that were killed while they wrote. */
const removeLeftovers = (folder: string): void => {
  for (const file of attempt(() => readdirSync(folder)) ?? []) {
    const pid = Number(/^\.(\d+)-.*\.tmp$/.exec(file)?.[1])
    if (pid && !isAlive(pid)) attempt(() => rmSync(join(folder, file), { force: true }))
  }
}

const isAlive = (pid: number): boolean => pid !== process.pid && attempt(() => process.kill(pid, 0)) !== undefined
