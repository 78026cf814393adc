import { RtError } from '@rt/core'

/** Why a file is not ingested, of whatever its loader threw. */
export const toReason = (error: unknown): string => {
  if (RtError.isInstance(error)) return error.message
  if (error instanceof RangeError) return 'nested too deeply, or too large, to be read'
  return `damaged: its reader failed (${oneLine(error)})`
}

/** Messages of parsers may quote the document. */
const oneLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/[\s\p{Cc}]+/gu, ' ').slice(0, 120)
