import { setTimeout } from 'node:timers/promises'

const ATTEMPTS = 6
const FIRST_WAIT_MS = 20

/**
 * Tries again, after a growing and random wait, while `isWorthIt` says so of the error; six times in all.
 *
 * @throws what the last attempt threw.
 */
export const retryConflicts = async <T>(
  work: () => Promise<T>,
  isWorthIt: (error: unknown) => boolean,
  firstWait: number = FIRST_WAIT_MS,
): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt === ATTEMPTS || !isWorthIt(error)) throw error
    }
    await setTimeout(firstWait * 2 ** attempt * (0.5 + Math.random() / 2))
  }
}
