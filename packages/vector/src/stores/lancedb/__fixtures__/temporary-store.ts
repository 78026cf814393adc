import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Limits } from '../limits.ts'
import { openLancedbStore } from '../store.ts'

type Store = Awaited<ReturnType<typeof openLancedbStore>>

export interface TemporaryStore extends AsyncDisposable {
  /** The folder of the store. */
  path: string
  store: Store
  /** Waits until nothing is left to do in the background. */
  idle(): Promise<void>
  /** Closes the store and opens it anew. */
  reopen(): Promise<Store>
}

/** A store in a folder of its own, which goes with it. */
export const temporaryStore = async (limits: Partial<Limits> = {}): Promise<TemporaryStore> => {
  const folder = await mkdtemp(join(tmpdir(), 'rt-lancedb-'))
  const path = join(folder, 'store')
  const open = (): Promise<Store> => openLancedbStore({ path }, limits)
  const temporary: TemporaryStore = {
    path,
    store: await open(),
    idle: () => temporary.store.idle(),
    async reopen() {
      await temporary.store[Symbol.asyncDispose]()
      return (temporary.store = await open())
    },
    async [Symbol.asyncDispose]() {
      await temporary.store[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    },
  }
  return temporary
}
