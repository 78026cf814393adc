import { createMemoryPlan, type MemoryPlan, memoryBytes } from '@rt/inference/memory'
import { toKeepAliveMs, toMilliseconds } from '../config/duration.ts'
import type { Settings } from '../config/settings.ts'
import { toBytes } from '../config/size.ts'

export type MemorySettings = Pick<
  Settings,
  'memoryBudget' | 'memoryWait' | 'kvBudget' | 'keepAlive' | 'pinned' | 'aliases'
>

/** What the settings say of memory, in numbers. */
export interface Memory {
  plan: MemoryPlan
  keepAliveMs: number
  kvBudgetBytes: number | undefined
  /** Whether a model stays, by any of its names. */
  isPinned(names: string[]): boolean
}

export const createMemory = (
  { memoryBudget, memoryWait, kvBudget, keepAlive, pinned, aliases }: MemorySettings,
  signal: AbortSignal,
): Memory => {
  const pins = new Set(pinned.flatMap((name) => (Object.hasOwn(aliases, name) ? aliases[name]! : [name])))
  return {
    plan: createMemoryPlan({
      budgetBytes: toBytes(memoryBudget, memoryBytes()),
      waitMs: toMilliseconds(memoryWait),
      signal,
    }),
    keepAliveMs: toKeepAliveMs(keepAlive),
    kvBudgetBytes: kvBudget === undefined ? undefined : toBytes(kvBudget),
    isPinned: (names) => names.some((name) => pins.has(name)),
  }
}
