import { RtError, type ErrorCode } from '@rt/core'

const GONE: ErrorCode[] = ['engine_crashed', 'engine_unavailable', 'shutting_down']

/** For the `catch` of an unload: a child that is gone, or going, holds no weights any more. */
export const ignoreGone = (error: unknown): void => {
  if (!RtError.isInstance(error) || !GONE.includes(error.code)) throw error
}
