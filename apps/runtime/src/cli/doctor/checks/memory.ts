import { totalmem } from 'node:os'
import { bytes } from '../../output/units.ts'
import type { Check } from '../check.ts'

/** The small default models with their caches, and Node. */
const NEEDED = 700_000_000

export const memory: Check = {
  section: 'machine',
  name: 'memory',
  async run() {
    const free = process.availableMemory()
    const limit = process.constrainedMemory()
    // Without a limit Node reports 0 or a number no machine has.
    const limited = limit > 0 && limit < totalmem()
    const detail = `${bytes(free)} free of ${bytes(limited ? limit : totalmem())}${limited ? ', the limit of this container' : ''}`
    if (free >= NEEDED) return { name: 'memory', state: 'ok', detail }
    return {
      name: 'memory',
      state: 'warning',
      detail: `${detail}; the default models need about ${bytes(NEEDED)}`,
      fix: limited ? 'Give the container more memory' : 'Close other programs',
    }
  },
}
