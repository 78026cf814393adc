import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { crashTable } from '../../__fixtures__/crash/crash-table.ts'
import { killRounds, type Round } from '../../__fixtures__/crash/kill-rounds.ts'
import { temporaryFile } from '../../__fixtures__/open-temporary.ts'

const STORES = 6
const ROUNDS = 30

it(`kills ${STORES * ROUNDS} processes that write to LanceDB datasets`, { timeout: 3_600_000 }, async () => {
  const rounds: Round[] = []
  for (let seed = 2000; seed < 2000 + STORES; seed++) {
    using file = temporaryFile()
    rounds.push(...(await killRounds({ kind: 'lancedb', path: join(dirname(file.path), 'lance'), seed }, ROUNDS)))
  }
  console.log(crashTable(rounds))
  expect(rounds).toHaveLength(STORES * ROUNDS)
})
