import { abortable, abortError } from '@rt/core'

/** Things that are opened once for all who use them. */
export interface Share<T> {
  /**
   * What is under that key, opened if nobody has it yet. An opening that nobody waits for any more is stopped.
   *
   * @throws what opening throws, or RtError `aborted`.
   */
  borrow(key: string, open: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<Borrowed<T>>
}

export interface Borrowed<T> {
  readonly value: T
  /** The last one to give it back closes it. */
  giveBack(): Promise<void>
}

interface Entry<T> {
  opening: Promise<T>
  stop: AbortController
  users: number
}

export const createShare = <T>(close: (value: T) => Promise<void>): Share<T> => {
  const entries = new Map<string, Entry<T>>()

  const start = (key: string, open: (signal: AbortSignal) => Promise<T>): Entry<T> => {
    const stop = new AbortController()
    const entry: Entry<T> = { opening: open(stop.signal), stop, users: 0 }
    entries.set(key, entry)
    entry.opening.catch(() => entries.get(key) === entry && entries.delete(key))
    return entry
  }
  const leave = async (key: string, entry: Entry<T>): Promise<void> => {
    if (--entry.users > 0) return
    if (entries.get(key) === entry) entries.delete(key)
    entry.stop.abort(abortError())
    const opened = await entry.opening.then(
      (value) => ({ value }),
      () => undefined,
    )
    if (opened) await close(opened.value)
  }

  return {
    async borrow(key, open, signal) {
      const entry = entries.get(key) ?? start(key, open)
      entry.users++
      try {
        const value = await abortable(entry.opening, signal)
        let given: Promise<void> | undefined
        return { value, giveBack: () => (given ??= leave(key, entry)) }
      } catch (error) {
        await leave(key, entry)
        throw error
      }
    },
  }
}
