import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { killRounds } from '../../__fixtures__/crash/kill-rounds.ts'
import { temporaryFile } from '../../__fixtures__/open-temporary.ts'

/** `pnpm test:crash` does more. */
const ROUNDS = 8

it('survives kill -9: nothing that was acknowledged is lost, nothing is there in part', async () => {
  using file = temporaryFile()
  const rounds = await killRounds({ kind: 'lancedb', path: join(dirname(file.path), 'lance'), seed: 5 }, ROUNDS)
  expect(rounds).toHaveLength(ROUNDS)
})
