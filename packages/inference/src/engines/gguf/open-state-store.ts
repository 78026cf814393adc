import { createStateStore, type StateStore } from './state-store.ts'
import { createStateWork } from './state-work.ts'

const stores = new Map<string, StateStore>()

/** The store of a folder, one for all models of this process. */
export const openStateStore = ({ folder, bytes }: { folder: string; bytes: number }): StateStore => {
  const store = stores.get(folder) ?? createStateStore({ folder, most: bytes, work: createStateWork() })
  stores.set(folder, store)
  return store
}

export const forgetSaved: StateStore['forget'] = (of) => {
  for (const store of stores.values()) store.forget(of)
}
