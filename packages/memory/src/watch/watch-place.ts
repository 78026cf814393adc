import { type FSWatcher, lstatSync, statSync, watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import { RtError } from '@rt/core'
import type { TreeWatch } from './watch-tree.ts'

export interface PlaceOptions {
  /** Watches what is at the place now. It must call `look` when anything happens. */
  attach(look: () => void): TreeWatch
  /** Another folder is there than before, or none. */
  onReplaced(): void
  onError(error: unknown): void
}

/**
 * Keeps a watch on whatever folder is at a path. The system watches the folder it found there: when it is deleted,
 * moved away or put in the place of another one, nothing more comes, so the folder above is watched for its name too.
 *
 * @param place absolute.
 */
export const watchPlace = (place: string, { attach, onReplaced, onError }: PlaceOptions): TreeWatch => {
  const above = dirname(place)
  let over = false
  let known = identify(place)
  let watcher: TreeWatch | undefined
  let knownAbove = identify(above)
  let watcherAbove: FSWatcher | undefined

  const close = (): void => {
    over = true
    watcher?.close()
    watcherAbove?.close()
  }
  const fail = (error: unknown): void => {
    close()
    onError(error)
  }
  const look = (): void => {
    if (over) return
    lookAbove()
    const now = identify(place)
    if (over || now === known) return
    known = now
    watcher?.close()
    watcher = undefined
    try {
      if (now) watcher = attach(look)
      else if (!watcherAbove || isLink(place)) return fail(goneError(place))
    } catch (error) {
      // Gone again; the folder above tells when it comes back.
      if (identify(place)) return fail(error)
      known = undefined
    }
    onReplaced()
  }
  const lookAbove = (): void => {
    const now = identify(above)
    if (now === knownAbove) return
    knownAbove = now
    watcherAbove?.close()
    if (!now) return fail(goneError(place))
    watcherAbove = startAbove()
  }
  const startAbove = (): FSWatcher | undefined => {
    try {
      const started = watch(above, (_, changed) => {
        if (changed === null || changed === basename(place) || changed === basename(above)) look()
      })
      started.on('error', look)
      return started
    } catch (error) {
      // It need not be ours to read; then the end of the place is the end of the watch.
      if (['EACCES', 'EPERM', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
      throw error
    }
  }

  watcherAbove = startAbove()
  try {
    watcher = attach(look)
  } catch (error) {
    close()
    throw error
  }
  return { close }
}

/** The same folder, and not another one that was given its number. Undefined when there is none. */
const identify = (path: string): string | undefined => {
  try {
    const { dev, ino, birthtimeNs } = statSync(path, { bigint: true })
    return `${dev}:${ino}:${birthtimeNs}`
  } catch {
    return undefined
  }
}

/** What it leads to is gone, of which the folder above the link is not told when it comes back. */
const isLink = (path: string): boolean => {
  try {
    return lstatSync(path).isSymbolicLink()
  } catch {
    return false
  }
}

const goneError = (place: string): RtError =>
  new RtError({
    code: 'not_found',
    message: `${place} is gone, and where it was can no longer be watched.`,
    hint: 'Start the watch again once it is back.',
  })
