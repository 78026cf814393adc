import { readdirSync, type FSWatcher, watch } from 'node:fs'
import { join } from 'node:path'

export interface TreeWatch {
  close(): void
}

export interface TreeOptions {
  /** Told the path below the root of whatever changed; '' where the system does not say what. */
  onEvent(path: string): void
  onError(error: unknown): void
  /** Parts of paths that are not looked into. */
  ignores(name: string): boolean
}

/**
 * Watches a folder with all folders in it. On Linux each folder is watched by itself, so that the thousands below
 * node_modules cost nothing; elsewhere the system watches trees as a whole.
 *
 * @throws what `fs.watch` throws for the root.
 */
export const watchTree = (root: string, options: TreeOptions): TreeWatch =>
  process.platform === 'linux' ? watchEach(root, options) : watchWhole(root, options)

const watchWhole = (root: string, { onEvent, onError, ignores }: TreeOptions): TreeWatch => {
  const watcher = watch(root, { recursive: true }, (_, changed) => {
    if (changed === null || !changed.split(/[/\\]/).some(ignores)) onEvent(changed ?? '')
  })
  watcher.on('error', onError)
  return watcher
}

const watchEach = (root: string, { onEvent, onError, ignores }: TreeOptions): TreeWatch => {
  const watchers = new Map<string, FSWatcher>()

  const drop = (path: string): void => {
    for (const [known, watcher] of watchers)
      if (known === path || known.startsWith(`${path}/`)) {
        watcher.close()
        watchers.delete(known)
      }
  }
  const foldersIn = (path: string): string[] => {
    try {
      const entries = readdirSync(join(root, path), { withFileTypes: true })
      return entries.filter((entry) => entry.isDirectory() && !ignores(entry.name)).map(({ name }) => join(path, name))
    } catch {
      return []
    }
  }
  /** `found`: the folder came while we watched, so what is in it already is news. */
  const add = (path: string, found: boolean): void => {
    if (watchers.has(path)) return
    const watcher = watch(join(root, path), (_, changed) => {
      if (changed === null) return onEvent(path)
      if (ignores(changed)) return
      const below = join(path, changed)
      // A folder of that name may be new, or another than before.
      drop(below)
      try {
        for (const folder of foldersIn(path)) if (folder === below) add(below, true)
      } catch (error) {
        if (!isGone(error)) onError(error)
      }
      onEvent(below)
    })
    watcher.on('error', (error) => (isGone(error) && path !== '' ? drop(path) : onError(error)))
    watchers.set(path, watcher)
    for (const folder of foldersIn(path)) {
      try {
        add(folder, found)
      } catch (error) {
        if (!isGone(error)) throw error
      }
    }
    if (found) onEvent(path)
  }
  const close = (): void => {
    for (const watcher of watchers.values()) watcher.close()
    watchers.clear()
  }
  try {
    add('', false)
  } catch (error) {
    close()
    throw error
  }
  return { close }
}

const isGone = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'
