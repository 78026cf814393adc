import { constants, type Stats } from 'node:fs'
import { type FileHandle, lstat, open, realpath, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path'
import { nearestNames, RtError } from '@rt/core'
import { wrongArgument } from '../wrong-argument.ts'

/** Folders that tools may reach, by the name under which the model knows them. */
export type Roots = Readonly<Record<string, string>>

/** A place below a root. */
export interface Place {
  /** As the model writes it: `docs/a.md`. */
  shown: string
  /** Where it is, links followed; below the root. */
  path: string
}

/** What file tools go through: nothing outside the roots is reached, and no path of this machine is told. */
export interface OpenRoots {
  readonly names: string[]
  /** A file or folder that exists. */
  find(path: string): Promise<Place>
  /** A file to be read: a regular one, still below its root when it was opened. */
  open(path: string): Promise<{ place: Place; file: FileHandle; stats: Stats }>
  /** A file to be written, which need not exist. Its folder does. */
  target(path: string): Promise<Place & { mode: number | undefined }>
  /** Whether it still is what it was found as: somebody may have put a link in its way. */
  isStill(place: Place, stats: Stats): Promise<boolean>
}

const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u
const MOST_PATH = 1024

/** @throws RtError `invalid_request` for a name that is none. */
export const openRoots = (roots: Roots): OpenRoots => {
  const names = Object.keys(roots)
  for (const name of names)
    if (!NAME.test(name))
      throw new RtError({
        code: 'invalid_request',
        message: `${JSON.stringify(name)} is no name for a folder of tools.`,
        hint: 'Use 1 to 64 letters, digits, ".", "_" or "-", a letter or digit first.',
      })

  const split = (path: string): { root: string; rest: string[] } => {
    const [root = '', ...rest] = checked(path).split(/[/\\]/)
    if (!names.includes(root)) throw noRoot(path, names)
    return { root, rest }
  }
  /** The root itself may be a link: it was named. */
  const baseOf = async (root: string): Promise<string> => {
    try {
      return await realpath(roots[root]!)
    } catch {
      throw wrongArgument(`the folder "${root}" is not there now.`)
    }
  }
  const locate = async (path: string): Promise<Place & { base: string }> => {
    const { root, rest } = split(path)
    const base = await baseOf(root)
    const shown = [root, ...rest].join('/')
    const found = await real(join(base, ...rest), shown)
    if (!isBelow(base, found)) throw outside(shown)
    return { shown, path: found, base }
  }
  const isStill: OpenRoots['isStill'] = async ({ path, shown }, stats) => {
    const base = await baseOf(split(shown).root)
    const now = await realpath(path).catch(() => undefined)
    if (now === undefined || now !== path || !isBelow(base, now)) return false
    const there = await stat(now).catch(() => undefined)
    return there !== undefined && there.ino === stats.ino && there.dev === stats.dev
  }

  return {
    names,
    isStill,
    async find(path) {
      const { shown, path: found } = await locate(path)
      return { shown, path: found }
    },
    async open(path) {
      const place = await locate(path)
      // Without waiting: a pipe would keep us until somebody writes to it.
      const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
      const file = await open(place.path, flags).catch((error: unknown) => {
        throw unreadable(place.shown, error)
      })
      try {
        const stats = await file.stat()
        if (stats.isDirectory()) throw wrongArgument(`${place.shown} is a folder. Use list_files.`)
        if (!stats.isFile()) throw wrongArgument(`${place.shown} is no regular file, and is not read.`)
        if (!(await isStill(place, stats))) throw outside(place.shown)
        return { place, file, stats }
      } catch (error) {
        await file.close()
        throw error
      }
    },
    async target(path) {
      const { root, rest } = split(path)
      const shown = [root, ...rest].join('/')
      if (!rest.length) throw wrongArgument(`${shown} is a folder. Name a file in it.`)
      const base = await baseOf(root)
      const direct = join(base, ...rest)
      const there = await lstat(direct).catch(() => undefined)
      // What is there decides: a link is followed, and must lead to a file below the root.
      const found = there ? await real(direct, shown) : join(await folderOf(direct, shown), basename(direct))
      if (!isBelow(base, found)) throw outside(shown)
      const stats = there && (await stat(found))
      if (stats && !stats.isFile()) throw wrongArgument(`${shown} is no regular file, and is not written.`)
      return { shown, path: found, mode: stats && stats.mode & 0o777 }
    },
  }
}

/** Exactly what is asked for: nothing that one system reads as a way out and another as a name. */
const checked = (path: string): string => {
  const shown = JSON.stringify(path.slice(0, 100))
  if (path.length > MOST_PATH) throw wrongArgument(`a path of ${path.length} characters is too long.`)
  // eslint-disable-next-line no-control-regex
  if (/[\0-\x1f\x7f]/.test(path)) throw wrongArgument(`${shown} has a control character in it.`)
  const plain = path.replace(/^\.\/+/, '').replace(/[/\\]+$/, '')
  const segments = plain.split(/[/\\]/)
  if (segments.some((segment) => segment === '..' || segment === '.' || segment === ''))
    throw wrongArgument(
      `${shown} is no path that can be used. Write it from its folder on, without "..": docs/notes.md`,
    )
  if (
    process.platform === 'win32' &&
    segments.some((segment) => /[:*?"<>|]|[. ]$/.test(segment) || DEVICE.test(segment))
  )
    throw wrongArgument(`${shown} is no name of a file.`)
  return plain
}

const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i

const real = async (path: string, shown: string): Promise<string> => {
  try {
    return await realpath(path)
  } catch (error) {
    throw unreadable(shown, error)
  }
}

const folderOf = async (path: string, shown: string): Promise<string> => {
  const folder = await real(dirname(path), dirname(shown))
  if (!(await stat(folder)).isDirectory()) throw unreadable(shown, { code: 'ENOTDIR' })
  return folder
}

const isBelow = (base: string, path: string): boolean => {
  const way = relative(base, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way))
}

const noRoot = (path: string, names: string[]): RtError => {
  const [near] = nearestNames(path.split(/[/\\]/)[0] ?? '', names)
  return wrongArgument(
    `${JSON.stringify(path.slice(0, 100))} is in no folder that may be used. ${near ? `Did you mean "${near}/…"? ` : ''}Paths begin with: ${names.join(', ')}.`,
  )
}

export const outside = (shown: string): RtError =>
  new RtError({ code: 'forbidden', message: `${shown} leads out of the folders that may be used.` })

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist: a part of the path is a file',
  EACCES: 'may not be opened',
  EPERM: 'may not be opened',
  EISDIR: 'is a folder',
  ELOOP: 'is a link that changed, or leads in a circle',
  ENXIO: 'is no regular file',
  ENAMETOOLONG: 'has too long a name',
}

const unreadable = (shown: string, error: unknown): RtError => {
  if (RtError.isInstance(error)) return error
  const { code = '' } = error as NodeJS.ErrnoException
  return wrongArgument(`${shown} ${REASONS[code] ?? 'cannot be opened'}.`)
}
