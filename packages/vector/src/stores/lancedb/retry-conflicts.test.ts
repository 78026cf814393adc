import { describe, expect, it } from 'vitest'
import { isConflict } from './lance-error.ts'
import { retryConflicts } from './retry-conflicts.ts'

const conflict = (): Error => new Error('Commit conflict for version 7: please retry')

describe('retryConflicts', () => {
  it('tries again what another writer was faster at', async () => {
    let attempts = 0
    const work = async (): Promise<string> => {
      if (++attempts < 4) throw conflict()
      return 'done'
    }
    expect(await retryConflicts(work, isConflict, 0)).toBe('done')
    expect(attempts).toBe(4)
  })

  it('gives up after six attempts, and at once what no attempt will better', async () => {
    for (const [error, expected] of [
      [conflict(), 6],
      [new Error('No space left on device'), 1],
    ] as const) {
      let attempts = 0
      const work = (): Promise<never> => {
        attempts++
        return Promise.reject(error)
      }
      await expect(retryConflicts(work, isConflict, 0)).rejects.toBe(error)
      expect(attempts).toBe(expected)
    }
  })
})
