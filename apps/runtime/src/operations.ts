import { abortable, type Operations, type Telemetry, throwIfAborted } from '@rt/core'
import type { Documents } from '@rt/memory'
import type { Database, Owner } from '@rt/node/sqlite'
import type { TraceReader } from '@rt/observe/sqlite'
import type { KeyStore } from './keys/key-store.ts'
import type { Models } from './models/create-models.ts'
import { once } from './once.ts'
import { KNOWLEDGE } from './runtime.ts'
import { version } from './version.ts'

/** What of `Operations` the runtime answers from its parts alone; the rest needs a turn or a run of ingest. */
export type OwnOperations = Omit<
  Operations,
  'turn' | 'ingest' | 'search' | 'rerank' | 'threads' | 'collections' | 'runs'
>

export interface OperationParts {
  database(): Promise<Database>
  documents(): Promise<Documents>
  telemetry(): Promise<Telemetry>
  keys(): Promise<KeyStore>
  models: Models
  owner: Owner | undefined
}

export const createOperations = (parts: OperationParts): OwnOperations => {
  const startedAt = Date.now()
  const traces = once(async (): Promise<TraceReader> => {
    const { createTraceReader } = await import('@rt/observe/sqlite')
    return createTraceReader({ database: await parts.database() })
  })
  /** The reader, after what is buffered was written. */
  const flushed = async (): Promise<TraceReader> => {
    await (await parts.telemetry()).flush()
    return traces()
  }
  return {
    documents: {
      list: async () => (await parts.documents()).list(),
      forget: async (source, { collection = KNOWLEDGE, ...options } = {}) =>
        (await parts.documents()).forget(source, collection, options),
    },
    trace: {
      last: async () => (await flushed()).last(),
      get: async (id) => (await flushed()).get(id),
      list: async (options) => (await flushed()).list(options),
    },
    cost: async (options) => (await flushed()).cost(options),
    keys: {
      create: async (options) => (await parts.keys()).create(options),
      list: async () => (await parts.keys()).list(),
      async revoke(idOrName) {
        const keys = await parts.keys()
        const name = idOrName.toLowerCase()
        const known = (await keys.list()).find((key) => key.id === idOrName || key.name.toLowerCase() === name)
        const revoked = await keys.revoke(idOrName)
        // Nobody can ever ask as this principal again.
        if (revoked && known) await parts.models.forget({ principal: known.id })
        return revoked
      },
    },
    async status() {
      const { owner, models } = parts
      const address = owner?.info.address
      return {
        version,
        pid: process.pid,
        startedAt,
        models: await models.loaded(),
        memory: models.memory(),
        ...(address !== undefined && { address }),
      }
    },
    async unload(model, { signal } = {}) {
      throwIfAborted(signal)
      return abortable(parts.models.unload(model), signal)
    },
    async backup(path, { signal } = {}) {
      await (await parts.telemetry()).flush()
      const database = await parts.database()
      return database.backup(path, { ...(signal && { signal }) })
    },
  }
}
