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
}

/**
 * Files under the given paths, sorted by source. Folders are walked without dot files, node_modules, lock files and
 * minified code, rt's own data, and links to places seen already.
 *
 * @throws RtError `not_found` for a path that does not exist.
 */
export const findFiles = async (paths: string[], signal: AbortSignal | undefined): Promise<FoundFiles> => {
  const found: FoundFiles = { files: [], failed: [], skipped: 0, folders: [] }
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

/** A folder that holds it is a data folder of rt, not documents. */
const DATA_FILE = 'rt.db'

interface Walk {
  path: string
  prefix: string
  place: string
  /** Real paths of folders that were entered. */
  seen: Set<string>
  signal: AbortSignal | undefined
}

/** Real folders before links, so that a link never takes the name of what it points to. */
const walk = async ({ path, prefix, place, seen, signal }: Walk, found: FoundFiles): Promise<void> => {
  throwIfAborted(signal)
  const real = await realpath(path)
  if (seen.has(real)) return
  seen.add(real)
  const all = await readdir(path, { withFileTypes: true })
  if (all.some(({ name }) => name === DATA_FILE)) return
  const entries = all.filter(({ name }) => !name.startsWith('.') && name !== 'node_modules')
  const links = new Set(entries.filter((entry) => entry.isSymbolicLink()))
  for (const entry of [...entries.filter((one) => !links.has(one)), ...links]) {
    const child = join(path, entry.name)
    const source = prefix + entry.name.normalize('NFC')
    const there = join(place, entry.name)
    const target = links.has(entry) ? await stat(child).catch(() => undefined) : entry
    const kind = isGenerated(entry.name) ? undefined : kindOf(entry.name)
    if (!target) found.failed.push({ source, reason: 'a link to nothing' })
    else if (target.isDirectory()) await walk({ path: child, prefix: `${source}/`, place: there, seen, signal }, found)
    else if (target.isFile() && kind) {
      // A file that is gone meanwhile, or not to be looked at, says so when it is read.
      const bytes = (await stat(child).catch(() => undefined))?.size ?? 0
      found.files.push({ path: child, kind, source, place: there, bytes })
    } else found.skipped++
  }
}

/** The same whether its folder was named or the file itself, and from wherever it was: `docs/notes.md`. */
const nameFile = (path: string): string =>
  [basename(dirname(resolve(path))), basename(path)].filter(Boolean).join('/').normalize('NFC')
