import type { SerializedRtError } from '@rt/core'
import { toLine } from './to-line.ts'

/** A line of work that tells how far it is; the last one is a report or an error. */
export type ProgressLine<Progress, Report> =
  | ({ type: 'progress' } & Progress)
  | { type: 'report'; report: Report }
  | { type: 'error'; error: SerializedRtError }

/** Each line says how far all of it is, so to a reader who lags behind the oldest ones are worth least. */
const MOST_UNREAD = 1000

/** Work as lines: its progress as far as it is read in time, then how it ended. */
export async function* progressLines<Progress extends object, Report>(
  run: (onProgress: (progress: Progress) => void) => Promise<Report>,
  toClient: (error: unknown) => SerializedRtError,
): AsyncGenerator<string> {
  const unread: Progress[] = []
  let more = Promise.withResolvers<void>()
  let last: ProgressLine<Progress, Report> | undefined
  const end = (line: ProgressLine<Progress, Report>): void => {
    last = line
    more.resolve()
  }
  run((progress) => {
    if (unread.length === MOST_UNREAD) unread.shift()
    unread.push(progress)
    more.resolve()
  }).then(
    (report) => end({ type: 'report', report }),
    (error: unknown) => end({ type: 'error', error: toClient(error) }),
  )
  const line = (value: ProgressLine<Progress, Report>): string => toLine(value)
  try {
    for (;;) {
      for (let next = unread.shift(); next; next = unread.shift()) yield line({ type: 'progress', ...next })
      if (last) return yield line(last)
      await more.promise
      more = Promise.withResolvers()
    }
  } catch (error) {
    // What came cannot be written as JSON.
    yield line({ type: 'error', error: toClient(error) })
  }
}
