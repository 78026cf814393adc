import { type EmbeddingModel, type RunStore, type Telemetry, type ThreadStore, type VectorStore } from '@rt/core'
import { createFakeEmbedder } from '@rt/core/testing'
import { createIngest, createRunStore, createThreadStore, type Ingest } from '@rt/memory'
import type { Database } from '@rt/node/sqlite'
import { createTelemetry } from '@rt/observe'
import { createSqliteExporter } from '@rt/observe/sqlite'
import { createSqliteStore } from '@rt/vector'
import { createKeyStore, type KeyStore } from '../../keys/key-store.ts'

export interface Parts extends AsyncDisposable {
  threads: ThreadStore
  runs: RunStore
  vectors: VectorStore
  ingest: Ingest
  embedder: EmbeddingModel
  telemetry: Telemetry
  keys: KeyStore
}

/** Every part that keeps tables in the data file. A new one belongs here, and a few rows of it into `fillDatabase`. */
export const openParts = async (database: Database): Promise<Parts> => {
  const embedder = createFakeEmbedder({ dimensions: 8 })
  const vectors = await createSqliteStore({ database })
  // Goldens grow old: nothing of theirs may be deleted for its age.
  const telemetry = createTelemetry({ exporters: [await createSqliteExporter({ database, keepDays: 100_000 })] })
  return {
    threads: await createThreadStore({ database }),
    runs: await createRunStore({ database, keepMs: Number.MAX_SAFE_INTEGER }),
    vectors,
    ingest: createIngest({ database, store: vectors, collection: 'default', embedder }),
    embedder,
    telemetry,
    keys: createKeyStore({ database }),
    [Symbol.asyncDispose]: () => telemetry[Symbol.asyncDispose](),
  }
}
