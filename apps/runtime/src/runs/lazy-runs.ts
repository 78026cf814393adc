import { failSafe } from '../fail-safe.ts'
import type { OwnRunOperations } from './run-operations.ts'

/** Operations that are opened when one of them is asked for. */
export const lazyRuns = (open: () => Promise<OwnRunOperations>): OwnRunOperations => ({
  list: async (...given) => (await open()).list(...given),
  get: async (...given) => (await open()).get(...given),
  approve: async (...given) => (await open()).approve(...given),
  deny: async (...given) => (await open()).deny(...given),
  resume: (...given) => failSafe(async () => (await open()).resume(...given)),
  cancel: async (...given) => (await open()).cancel(...given),
  stream: (...given) => failSafe(async () => (await open()).stream(...given)),
  delete: async (...given) => (await open()).delete(...given),
})
