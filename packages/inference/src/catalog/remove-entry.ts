import { rm, rmdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { RtError } from '@rt/core'
import { identifyFile } from '@rt/node/files'
import { locateEntry } from './locate.ts'
import { type CatalogPlace, ownPath, type PlacedEntry } from './place.ts'
import { pinOf } from './references.ts'
import type { RemovedModel } from './types.ts'

/** Deletes rt's own files of a model. @throws RtError `not_found`, `unsupported` (another program's). */
export const removeEntry = async (place: CatalogPlace, placed: PlacedEntry): Promise<RemovedModel> => {
  const { entry } = placed
  let bytes = 0
  let removed = 0
  for (const one of entry.files) {
    const path = ownPath(place, placed, one)
    const stamp = await identifyFile(path)
    if (!stamp) continue
    await rm(path)
    await rm(pinOf(path), { force: true })
    bytes += stamp.size
    removed++
  }
  if (removed > 0) {
    const [first] = entry.files
    // Other models may live in the same folder: then it stays.
    if (first) await rmdir(dirname(ownPath(place, placed, first))).catch(() => {})
    return { name: entry.name, bytes }
  }
  if (await locateEntry(place, placed, { hash: false })) {
    throw new RtError({
      code: 'unsupported',
      message: `${entry.name} lies in another program's cache, or was placed by hand: rt does not delete it.`,
      hint: 'Remove it with the program that owns it.',
    })
  }
  throw notInstalled(entry.name, 'rt list shows what is.')
}

export const notInstalled = (name: string, hint: string): RtError =>
  new RtError({ code: 'not_found', message: `${name} is not installed.`, hint, data: { model: name } })
