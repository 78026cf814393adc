import { expect, it } from 'vitest'
import { crashTable } from '../../__fixtures__/crash/crash-table.ts'
import { killRounds, type Round } from '../../__fixtures__/crash/kill-rounds.ts'
import { temporaryFile } from '../../__fixtures__/open-temporary.ts'

/** Stores, each killed so often one after the other. Two at a time. */
const STORES = 24
const ROUNDS = 45
/** Of a process that finds what another one left when it was killed: two seconds, and slack for a busy machine. */
const MOST_OPEN_MS = 20_000

it(
  `kills ${STORES * ROUNDS} processes that write, and finds everything that was acknowledged`,
  { timeout: 7_200_000 },
  async () => {
    const rounds: Round[] = []
    const seeds = Array.from({ length: STORES }, (_, i) => 1000 + i).values()
    const lane = async (): Promise<void> => {
      for (const seed of seeds) {
        using file = temporaryFile()
        rounds.push(...(await killRounds({ kind: 'sqlite', path: file.path, seed }, ROUNDS)))
        process.stderr.write(`${rounds.length} of ${STORES * ROUNDS} rounds, all of them clean\n`)
      }
    }
    await Promise.all([lane(), lane()])
    console.log(crashTable(rounds))
    expect(rounds).toHaveLength(STORES * ROUNDS)
    expect(Math.max(...rounds.map(({ openMs }) => openMs))).toBeLessThan(MOST_OPEN_MS)
    const recall = rounds.flatMap((round) => round.recall)
    expect(recall.reduce((sum, share) => sum + share, 0) / recall.length).toBeGreaterThan(0.97)
  },
)
