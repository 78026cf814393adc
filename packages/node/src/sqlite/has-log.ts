import { statSync } from 'node:fs'

/** Whether a log of that many bytes at least lies beside a database: writes that are not in the file yet. */
export const hasLog = (path: string, leastBytes: number): boolean =>
  ['-wal', '-journal'].some((suffix) => {
    const found = statSync(path + suffix, { throwIfNoEntry: false })
    return found !== undefined && found.size >= leastBytes
  })
