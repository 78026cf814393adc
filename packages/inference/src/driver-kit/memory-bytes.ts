import { totalmem } from 'node:os'

/** Of the machine, or of what its container may use. */
export const memoryBytes = (): number => {
  const limit = process.constrainedMemory()
  // Without a limit some systems answer 0, others a number larger than any machine.
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem()
}
