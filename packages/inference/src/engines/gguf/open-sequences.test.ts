import { expect, test } from 'vitest'
import { createBatchTally } from './batch-plan.ts'
import { openSequences } from './open-sequences.ts'
import type { Weights } from './weights.ts'

test('a context is freed when what is being saved of it is written', async () => {
  const seen: string[] = []
  const context = {
    getSequence: () => ({ contextTokens: [] }),
    dispose: async () => void seen.push('freed'),
  }
  const weights = {
    model: { createContext: async () => context, fileInfo: { architectureMetadata: {} } },
    sizeBytes: 1,
  } as unknown as Weights
  const tally = createBatchTally()
  const group = await openSequences({ id: 'm', path: 'm.gguf', key: 'k' }, weights, {
    contextTokens: 256,
    count: 2,
    tally,
  })
  const written = Promise.withResolvers<void>()
  const saving = group.sequences[1]!.alone(async () => {
    await written.promise
    seen.push('written')
  })
  const closing = group.close()
  await Promise.resolve()
  written.resolve()
  await Promise.all([saving, closing])
  expect(seen).toEqual(['written', 'freed'])
  expect(tally.lanes.size).toBe(0)
})
