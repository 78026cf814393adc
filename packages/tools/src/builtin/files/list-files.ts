import { lstat, opendir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { throwIfAborted, type Tool } from '@rt/core'
import { tool } from '../../tool.ts'
import { objectSchema } from '../object-schema.ts'
import { wrongArgument } from '../wrong-argument.ts'
import { openRoots, outside, type Place } from './open-roots.ts'
import type { FileToolOptions } from './read-file.ts'

const MOST_ENTRIES = 500
/** Looked at, before they are sorted and cut. */
const MOST_LOOKED_AT = 10_000
const MOST_DEPTH = 12

interface FileEntry {
  path: string
  bytes?: number
  kind?: 'folder' | 'link' | 'other'
}

/** Lists what lies in a folder below one of the roots. Links are named and not followed. */
export const createListFilesTool = ({ roots }: FileToolOptions): Tool => {
  const opened = openRoots(roots)
  return {
    ...tool({
      name: 'list_files',
      description: `Lists files and folders. Without a path: the folders there are (${opened.names.join(', ')}).`,
      inputSchema: objectSchema<{ path?: string; recursive?: boolean }>({
        path: { type: 'string', description: `A folder, such as "${opened.names[0] ?? 'docs'}"` },
        recursive: { type: 'boolean', description: 'Also what lies in the folders below. Default false.' },
      }),
      execute: async ({ path = '', recursive = false }, { signal }) => {
        if (/^[./\\]*$/.test(path) && !path.includes('..'))
          return { entries: opened.names.map((name): FileEntry => ({ path: name, kind: 'folder' })) }
        const found: FileEntry[] = []
        const place = await opened.find(path)
        if (!(await stat(place.path)).isDirectory()) throw wrongArgument(`${place.shown} is no folder. Use read_file.`)
        const whole = await walk(place, recursive ? MOST_DEPTH : 0)
        found.sort((a, b) => (a.path < b.path ? -1 : 1))
        const entries = found.slice(0, MOST_ENTRIES)
        const cut = !whole || entries.length < found.length
        return { entries, ...(cut && { note: `only ${entries.length} are listed; ask for a folder below` }) }

        /** False: there is more than is looked at. */
        async function walk(folder: Place, depth: number): Promise<boolean> {
          let all = true
          const before = await lstat(folder.path)
          for await (const entry of await opendir(folder.path)) {
            throwIfAborted(signal)
            if (found.length >= MOST_LOOKED_AT) return false
            const at = { shown: `${folder.shown}/${entry.name}`, path: join(folder.path, entry.name) }
            if (entry.isDirectory()) {
              found.push({ path: at.shown, kind: 'folder' })
              if (depth > 0) all = (await walk(at, depth - 1)) && all
            } else if (entry.isFile()) {
              const bytes = (await stat(at.path).catch(() => undefined))?.size
              found.push({ path: at.shown, ...(bytes !== undefined && { bytes }) })
            } else found.push({ path: at.shown, kind: entry.isSymbolicLink() ? 'link' : 'other' })
          }
          if (!(await opened.isStill(folder, before))) throw outside(folder.shown)
          return all
        }
      },
    }),
    sideEffects: [],
    untrusted: true,
  }
}
