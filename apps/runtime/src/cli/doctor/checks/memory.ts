import { totalmem } from 'node:os'
import { memoryBytes } from '@rt/inference/memory'
import { toBytes } from '../../../config/size.ts'
import { bytes } from '../../output/units.ts'
import type { Check } from '../check.ts'
import { settingsOf } from '../settings-of.ts'

/** The small default models with their caches, and Node. */
const NEEDED = 700_000_000

export const memory: Check = {
  section: 'machine',
  name: 'memory',
  async run(context) {
    const free = process.availableMemory()
    const all = memoryBytes()
    const limited = all < totalmem()
    const { memoryBudget } = await settingsOf(context)
    const budget = toBytes(memoryBudget, all)
    const detail = `${bytes(free)} free of ${bytes(all)}${limited ? ', the limit of this container' : ''}; models may take ${bytes(budget)} together`
    if (Math.min(free, budget) >= NEEDED) return { name: 'memory', state: 'ok', detail }
    const more = limited ? 'Give the container more memory' : 'Close other programs'
    return {
      name: 'memory',
      state: 'warning',
      detail: `${detail}; the default models need about ${bytes(NEEDED)}`,
      fix: free < NEEDED ? more : 'Raise memory_budget of [engine]',
    }
  },
}
