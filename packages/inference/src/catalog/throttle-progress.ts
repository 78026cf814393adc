import type { PullProgress } from './types.ts'

const LEAST_MS = 100

/** Passes on the first and the last step of each phase of a file, and at most one in 100 ms between. */
export const throttleProgress = (
  onProgress: ((progress: PullProgress) => void) | undefined,
  now: () => number = () => performance.now(),
): ((progress: PullProgress) => void) | undefined => {
  if (!onProgress) return undefined
  let last = ''
  let at = -Infinity
  return (progress) => {
    const { file, source, phase, done, total } = progress
    const key = `${file} ${source} ${phase}`
    if (key === last && done !== total && now() - at < LEAST_MS) return
    last = key
    at = now()
    onProgress(progress)
  }
}
