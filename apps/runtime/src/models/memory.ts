import { createMemoryPlan, type MemoryPlan, memoryBytes } from '@rt/inference/memory'
import type { Catalog } from '@rt/inference/catalog'
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
  /** Whether a model stays, by the name it has in the catalog. */
  isPinned(name: string): boolean
}

export const createMemory = (
  { memoryBudget, memoryWait, kvBudget, keepAlive, pinned, aliases }: MemorySettings,
  { catalog, signal }: { catalog: Pick<Catalog, 'find'>; signal: AbortSignal },
): Memory => {
  const pins = pinned.flatMap((name) => (Object.hasOwn(aliases, name.trim()) ? aliases[name.trim()]! : [name]))
  /** As in all other places: in any of its names, and however they are written. */
  const nameOf = (pin: string): string => catalog.find(pin, { references: true })?.name ?? pin.trim()
  return {
    plan: createMemoryPlan({
      budgetBytes: toBytes(memoryBudget, memoryBytes()),
      waitMs: toMilliseconds(memoryWait),
      signal,
    }),
    keepAliveMs: toKeepAliveMs(keepAlive),
    kvBudgetBytes: kvBudget === undefined ? undefined : toBytes(kvBudget),
    isPinned: (name) => pins.some((pin) => nameOf(pin) === name),
  }
}
