import { type FSWatcher, lstatSync, readdirSync, watch } from 'node:fs'
import { join, sep } from 'node:path'

export interface TreeWatch {
  close(): void
}

export interface TreeOptions {
  /**
   * Told the path below the root of whatever changed, of each file in a folder that came; '' where it may be anything:
   * the system does not say what, or a folder went and what was in it is not known.
   */
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
  /** Those that are there: of something that went, nothing else says whether it was one. */
  const folders = new Set<string>()
  const add = (path: string): string[] => {
    folders.add(path)
    const { inner, files } = look(root, path, ignores)
    return [...files, ...inner.flatMap(add)]
  }
  const watcher = watch(root, { recursive: true }, (kind, changed) => {
    if (changed === null) return onEvent('')
    if (changed.split(/[/\\]/).some(ignores)) return
    if (kind === 'rename' && !folders.has(changed) && isFolder(join(root, changed)))
      for (const file of add(changed)) onEvent(file)
    else if (folders.has(changed) && !isFolder(join(root, changed))) {
      for (const known of below(folders, changed)) folders.delete(known)
      onEvent('')
    }
    onEvent(changed)
  })
  watcher.on('error', onError)
  add('')
  return watcher
}

const watchEach = (root: string, { onEvent, onError, ignores }: TreeOptions): TreeWatch => {
  const watchers = new Map<string, FSWatcher>()

  const drop = (path: string): boolean => {
    if (!watchers.has(path)) return false
    for (const known of below(watchers.keys(), path)) {
      watchers.get(known)!.close()
      watchers.delete(known)
    }
    return true
  }
  /** Gives the files in it: of a folder that came while we watched, they are news. */
  const add = (path: string): string[] => {
    if (watchers.has(path)) return []
    const watcher = watch(join(root, path), (_, changed) => {
      if (changed === null) return onEvent('')
      if (ignores(changed)) return
      const child = join(path, changed)
      // A folder of that name may be new, or another than before.
      const went = drop(child)
      try {
        if (isFolder(join(root, child))) for (const file of addInner(child)) onEvent(file)
        else if (went) onEvent('')
      } catch (error) {
        onError(error)
      }
      onEvent(child)
    })
    watcher.on('error', (error) => (isGone(error) && path !== '' ? drop(path) : onError(error)))
    watchers.set(path, watcher)
    const { inner, files } = look(root, path, ignores)
    return [...files, ...inner.flatMap(addInner)]
  }
  /** One that went again, or that may not be read, has nothing to watch. */
  const addInner = (path: string): string[] => {
    try {
      return add(path)
    } catch (error) {
      if (!isGone(error)) throw error
      return []
    }
  }
  const close = (): void => {
    for (const watcher of watchers.values()) watcher.close()
    watchers.clear()
  }
  try {
    add('')
  } catch (error) {
    close()
    throw error
  }
  return { close }
}

/** One look at one path: reading the folder it is in would take time with the square of how much is in there. */
const isFolder = (path: string): boolean => {
  try {
    return lstatSync(path).isDirectory()
  } catch {
    return false
  }
}

const look = (root: string, path: string, ignores: TreeOptions['ignores']): { inner: string[]; files: string[] } => {
  try {
    const entries = readdirSync(join(root, path), { withFileTypes: true }).filter(({ name }) => !ignores(name))
    const named = (folders: boolean): string[] =>
      entries.filter((entry) => entry.isDirectory() === folders).map(({ name }) => join(path, name))
    return { inner: named(true), files: named(false) }
  } catch {
    return { inner: [], files: [] }
  }
}

const below = (paths: Iterable<string>, path: string): string[] =>
  [...paths].filter((known) => known === path || known.startsWith(path + sep))

const isGone = (error: unknown): boolean => {
  const { code = '' } = error as NodeJS.ErrnoException
  return ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes(code)
}
