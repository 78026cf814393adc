import { expect, it } from 'vitest'
import { expectNoWrongAnswer, makeWhole, sweepFlips, TABLES } from '../../__fixtures__/damage/sweep-flips.ts'
import { temporaryFile } from '../../__fixtures__/open-temporary.ts'

/** Flips a table. */
const FLIPS = 350

it(`never answers wrong after one of ${FLIPS * TABLES.length} flips`, { timeout: 3_600_000 }, async () => {
  using file = temporaryFile()
  await makeWhole(file.path)
  const flips = await sweepFlips(file.path, TABLES, FLIPS, 22)
  expectNoWrongAnswer(flips, expect)
})
