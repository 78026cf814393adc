import { expect, it } from 'vitest'
import { expectNoWrongAnswer, makeWhole, sweepFlips, TABLES } from '../../__fixtures__/damage/sweep-flips.ts'
import { temporaryFile } from '../../__fixtures__/open-temporary.ts'

/** Flips a table; the long test does many more. */
const FLIPS = 6

it('answers right or refuses when a bit of its vectors is flipped, and no flip ends the process', async () => {
  using file = temporaryFile()
  await makeWhole(file.path)
  const flips = await sweepFlips(file.path, TABLES, FLIPS, 21)
  expect(flips).toHaveLength(FLIPS * TABLES.length)
  expectNoWrongAnswer(flips, expect)
  const refused = flips.filter(({ verdicts }) => Object.values(verdicts).includes('database_corrupt'))
  expect(refused.length).toBeGreaterThan(0)
})
