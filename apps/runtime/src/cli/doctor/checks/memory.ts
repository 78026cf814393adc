import { totalmem } from 'node:os'
import { machineMemory } from '../../models/machine-memory.ts'
import { bytes } from '../../output/units.ts'
import type { Check } from '../check.ts'

/** The small default models with their caches, and Node. */
const NEEDED = 700_000_000

export const memory: Check = {
  section: 'machine',
  name: 'memory',
  async run() {
    const free = process.availableMemory()
    const all = machineMemory()
    const limited = all < totalmem()
    const detail = `${bytes(free)} free of ${bytes(all)}${limited ? ', the limit of this container' : ''}`
    if (free >= NEEDED) return { name: 'memory', state: 'ok', detail }
    return {
      name: 'memory',
      state: 'warning',
      detail: `${detail}; the default models need about ${bytes(NEEDED)}`,
      fix: limited ? 'Give the container more memory' : 'Close other programs',
    }
  },
}
