import { describe, expect, it } from 'vitest'
import { killRounds } from '../../__fixtures__/crash/kill-rounds.ts'
import { temporaryFile } from '../../__fixtures__/open-temporary.ts'

/** Rounds of a normal run; `pnpm test:crash` does a thousand and more. */
const ROUNDS = 25

describe('kill -9', () => {
  it.concurrent.for([101, 202])(
    'loses nothing that was acknowledged, leaves nothing in part, and searches stay right; seed %i',
    async (seed) => {
      using file = temporaryFile()
      const rounds = await killRounds({ kind: 'sqlite', path: file.path, seed }, ROUNDS)
      expect(rounds).toHaveLength(ROUNDS)
      expect(rounds.reduce((sum, { acknowledged }) => sum + acknowledged, 0)).toBeGreaterThan(ROUNDS)
      const recall = rounds.flatMap((round) => round.recall)
      expect(recall.reduce((sum, share) => sum + share, 0) / recall.length).toBeGreaterThan(0.97)
    },
  )
})
