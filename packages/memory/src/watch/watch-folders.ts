import { existsSync, watch } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { RtError, systemClock, throwIfAborted, toRtError, type Clock } from '@rt/core'
import { watchPlace } from './watch-place.ts'
import { type TreeWatch, watchTree } from './watch-tree.ts'

export interface WatchOptions {
  /**
   * Called after changes have settled, with the named paths they were under. Never twice at once: what changes meanwhile
   * leads to one more call. What it throws ends the watch.
   */
  onChange: (paths: string[]) => void | Promise<void>
  /**
   * Whether a change to this file counts; its path begins with the one that is watched. Not asked where it is not known
   * what changed, as when a folder went with all in it: that counts. Default: all do.
   */
  accept?: (path: string) => boolean
  /** Ends the watch. */
  signal?: AbortSignal
  /** Quiet time to wait for, since saving is several events. Default 300 ms. */
  settleMs?: number
  /** Default: the system's. */
  clock?: Clock
}

export interface Watching extends AsyncDisposable {
  /** Settles when the watch is over: by its signal or by disposing; rejects with what ended it else. */
  readonly ended: Promise<void>
}

/** Times the quiet may be broken before a call is made all the same: a file that is written without end. */
const MOST_WAITS = 20

/**
 * Watches files and folders, with everything inside but dot files and node_modules. Resolves when it watches; it keeps the
 * program alive until it ends. It goes on when a watched folder is deleted and comes back, or another takes its place; when
 * the folder above that is gone too, it ends with `not_found`.
 *
 * @throws RtError `not_found` for a path that is not there, `unsupported` where the system cannot watch folders.
 */
export const watchFolders = async (paths: string | string[], options: WatchOptions): Promise<Watching> => {
  const { onChange, accept = () => true, signal, settleMs = 300, clock = systemClock } = options
  throwIfAborted(signal)
  const over = new AbortController()
  const changed = new Set<string>()
  let events = 0
  let failure: unknown
  let wake = (): void => {}
  const watchers: TreeWatch[] = []

  const stop = (error?: unknown): void => {
    failure ??= error
    over.abort()
    wake()
  }
  const note = (path: string): void => {
    changed.add(path)
    events++
    wake()
  }

  const settle = async (): Promise<void> => {
    for (let waits = 0; waits < MOST_WAITS; waits++) {
      const before = events
      await clock.sleep(settleMs, over.signal).catch(() => {})
      if (events === before || over.signal.aborted) return
    }
  }

  const run = async (): Promise<void> => {
    while (!over.signal.aborted) {
      if (changed.size === 0) {
        await new Promise<void>((resolve) => (wake = resolve))
        continue
      }
      await settle()
      if (over.signal.aborted) break
      const batch = [...changed].toSorted()
      changed.clear()
      await onChange(batch)
    }
  }

  const close = (): void => {
    for (const watcher of watchers) watcher.close()
    signal?.removeEventListener('abort', onAbort)
  }
  const onAbort = (): void => stop()

  try {
    for (const path of new Set([paths].flat()))
      watchers.push(await watchOne(path, { accept, note: () => note(path), fail: stop }))
  } catch (error) {
    close()
    throw error
  }
  signal?.addEventListener('abort', onAbort, { once: true })
  if (signal?.aborted) stop()

  const ended = run()
    .catch((error: unknown) => stop(error))
    .then(() => {
      over.abort()
      close()
      if (failure !== undefined) throw toRtError(failure)
    })
  // Who does not ask how it ended must not be killed by it.
  ended.catch(() => {})
  return {
    ended,
    async [Symbol.asyncDispose]() {
      stop()
      await ended.catch(() => {})
    },
  }
}

interface WatchOne {
  accept(path: string): boolean
  note(): void
  fail(error: RtError): void
}

/** A file is watched through its folder: editors save by putting another file in its place. */
const watchOne = async (path: string, { accept, note, fail }: WatchOne): Promise<TreeWatch> => {
  const info = await stat(path).catch((cause: unknown) => {
    throw new RtError({ code: 'not_found', message: `there is no file or folder ${path} to watch.`, cause })
  })
  const onError = (error: unknown): void => fail(toWatchError(error, path))
  const place = resolve(path)
  try {
    if (!info.isDirectory()) return watchFile(place, { note, onError })
    return watchPlace(place, {
      attach: (look) =>
        watchTree(place, {
          ignores,
          onError: (error) => (existsSync(place) ? onError(error) : look()),
          onEvent(changed) {
            look()
            // Without a name it may be anything.
            if (changed === '' || accept(join(path, changed))) note()
          },
        }),
      onReplaced: note,
      onError,
    })
  } catch (error) {
    throw toWatchError(error, path)
  }
}

const watchFile = (place: string, { note, onError }: { note(): void; onError(error: unknown): void }): TreeWatch => {
  const folder = dirname(place)
  return watchPlace(folder, {
    attach(look) {
      const watcher = watch(folder, (_, changed) => {
        look()
        if (changed === null || changed === basename(place)) note()
      })
      return watcher.on('error', (error) => (existsSync(folder) ? onError(error) : look()))
    },
    onReplaced: note,
    onError,
  })
}

const ignores = (name: string): boolean => name.startsWith('.') || name === 'node_modules'

const toWatchError = (error: unknown, path: string): RtError => {
  if (RtError.isInstance(error)) return error
  const { code } = error as NodeJS.ErrnoException
  const full = code === 'ENOSPC' || code === 'EMFILE'
  return new RtError({
    code: 'unsupported',
    message: full
      ? `${join(path)} has more folders than this system lets one program watch (${code}).`
      : `${join(path)} cannot be watched here (${code ?? 'unknown error'}).`,
    hint: full
      ? 'Watch a smaller folder, or raise the limit (Linux: sysctl fs.inotify.max_user_watches and max_user_instances).'
      : 'Ingest again after changes instead.',
    cause: error,
  })
}
