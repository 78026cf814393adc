import { realpath } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { DocumentRow } from './document-table.ts'
import type { FoundFolder } from './find-files.ts'

/**
 * Why a file may not become the document of its source: another file, still there, is that already. A file that was
 * moved takes its document along, since nothing is left at the old place.
 */
export const clashOf = async (row: DocumentRow | undefined, place: string): Promise<string | undefined> => {
  if (!row?.place || row.place === place) return undefined
  const owner = await realPlace(row.place)
  // The same file by another way, as through a link.
  if (owner === undefined || owner === (await realPlace(place))) return undefined
  return `the name belongs to ${row.place}, which is another file`
}

/** Whether a document is one of these folders': read below it, or below a folder of its name that is gone by now. */
export const belongsTo = async ({ source, place }: DocumentRow, folders: readonly FoundFolder[]): Promise<boolean> => {
  for (const { prefix, root } of folders) {
    if (!source.startsWith(prefix)) continue
    const itsRoot = place && rootOf(place, source.slice(prefix.length))
    if (!itsRoot || itsRoot === root || (await realPlace(itsRoot)) === undefined) return true
  }
  return false
}

/** Counted, not compared: a file system may spell a name in another Unicode form than the source. */
const rootOf = (place: string, inside: string): string => inside.split('/').reduce((path) => dirname(path), place)

/** Undefined when nothing is there. What cannot be looked at (no permission, a broken disk) counts as there. */
const realPlace = (path: string): Promise<string | undefined> =>
  realpath(path).catch(({ code }: NodeJS.ErrnoException) =>
    code === 'ENOENT' || code === 'ENOTDIR' ? undefined : path,
  )
