import { totalmem } from 'node:os'

/** Memory of this machine in bytes, or what its container may use. */
export const machineMemory = (): number => {
  // Without a limit Node says 0, or a number no machine has.
  const limit = process.constrainedMemory()
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem()
}
