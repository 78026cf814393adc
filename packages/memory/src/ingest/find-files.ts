import type { Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { RtError, throwIfAborted } from '@rt/core'
import { isGenerated, kindOf, type DocumentKind } from './loaders/kinds.ts'

export interface FoundFile {
  path: string
  kind: DocumentKind
  /** As cited: forward slashes, Unicode form C. */
  source: string
  /** Absolute, below the real path of the folder that was named: tells files of one name apart. */
  place: string
  /** Its size when it was found. */
  bytes: number
}

export interface FoundFolder {
  /** What sources inside it begin with, e.g. `handbook/`. */
  prefix: string
  /** Its real path. */
  root: string
}

export interface FoundFiles {
  files: FoundFile[]
  failed: { source: string; reason: string }[]
  /** Files of kinds that are not read. */
  skipped: number
  /** The named folders. */
  folders: FoundFolder[]
  /** Sources, or what they begin with, of what could not be looked at: whether their files are gone is not known. */
  unread: string[]
}

/**
 * Files under the given paths, sorted by source. Folders are walked without dot files, node_modules, lock files and
 * minified code, rt's own data, and links to places seen already. One that cannot be read is told, and the others go on.
 *
 * @throws RtError `not_found` for a path that does not exist.
 */
export const findFiles = async (paths: string[], signal: AbortSignal | undefined): Promise<FoundFiles> => {
  const found: FoundFiles = { files: [], failed: [], skipped: 0, folders: [], unread: [] }
  for (const path of paths) {
    const info = await stat(path).catch((cause: unknown) => {
      throw new RtError({
        code: 'not_found',
        message: `there is no file or folder ${path}.`,
        hint: 'Check the path; nothing was ingested.',
        cause,
      })
    })
    if (info.isDirectory()) {
      const prefix = `${basename(resolve(path)).normalize('NFC')}/`
      const root = await realpath(path)
      found.folders.push({ prefix, root })
      await walk({ path, prefix, place: root, seen: new Set(), signal }, found)
      continue
    }
    const kind = kindOf(path)
    if (kind) {
      const place = join(await realpath(dirname(path)), basename(path))
      found.files.push({ path, kind, source: nameFile(path), place, bytes: info.size })
    } else found.failed.push({ source: nameFile(path), reason: `files ending in "${extname(path)}" are not read` })
  }
  found.files.sort((a, b) => (a.source < b.source ? -1 : a.source > b.source ? 1 : 0))
  return found
}

interface Walk {
  path: string
  prefix: string
  place: string
  /** Real paths of folders that were entered. */
  seen: Set<string>
  signal: AbortSignal | undefined
}

const walk = async (at: Walk, found: FoundFiles): Promise<void> => {
  throwIfAborted(at.signal)
  const entries = await enter(at).catch((error: NodeJS.ErrnoException) => {
    found.failed.push({ source: at.prefix.slice(0, -1), reason: `cannot be read (${error.code ?? 'unknown error'})` })
    found.unread.push(at.prefix)
    return []
  })
  for (const entry of entries) await visit(entry, at, found)
}

/** What is in a folder, nothing when it was seen. Real folders before links, so that a link never takes the name of what it points to. */
const enter = async ({ path, seen }: Walk): Promise<FolderEntry[]> => {
  const real = await realpath(path)
  if (seen.has(real)) return []
  seen.add(real)
  const all = await readdir(path, { withFileTypes: true })
  const data = all.some(({ name }) => name === DATA_FILE)
  const entries = all
    .filter(({ name }) => !name.startsWith('.') && name !== 'node_modules')
    .map((entry) => ({ entry, own: data && isOwn(entry.name) }))
  const isLink = ({ entry }: FolderEntry): boolean => entry.isSymbolicLink()
  return [...entries.filter((one) => !isLink(one)), ...entries.filter(isLink)]
}

interface FolderEntry {
  entry: Dirent
  /** A file of rt's own data. */
  own: boolean
}

const visit = async ({ entry, own }: FolderEntry, { path, prefix, place, seen, signal }: Walk, found: FoundFiles) => {
  const child = join(path, entry.name)
  const source = prefix + entry.name.normalize('NFC')
  const there = join(place, entry.name)
  const target = entry.isSymbolicLink() ? await stat(child).catch(() => undefined) : entry
  const kind = isGenerated(entry.name) ? undefined : kindOf(entry.name)
  if (!target) {
    found.failed.push({ source, reason: 'a link to nothing' })
    found.unread.push(`${source}/`)
  } else if (target.isDirectory()) await walk({ path: child, prefix: `${source}/`, place: there, seen, signal }, found)
  else if (own) found.unread.push(source)
  else if (target.isFile() && kind) {
    // A file that is gone meanwhile, or not to be looked at, says so when it is read.
    const bytes = (await stat(child).catch(() => undefined))?.size ?? 0
    found.files.push({ path: child, kind, source, place: there, bytes })
  } else found.skipped++
}

const DATA_FILE = 'rt.db'

/** Of rt, in a data folder: the database with what SQLite and `rt restore` put beside it, the owner's token, what was typed. */
const isOwn = (name: string): boolean =>
  /^rt\.db(?:-wal|-shm|-journal|\.before-restore-.*)?$/.test(name) || name === 'owner.json' || name === 'chat-history'

/** The same whether its folder was named or the file itself, and from wherever it was: `docs/notes.md`. */
const nameFile = (path: string): string =>
  [basename(dirname(resolve(path))), basename(path)].filter(Boolean).join('/').normalize('NFC')
