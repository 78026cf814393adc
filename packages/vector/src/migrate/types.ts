import type { EmbeddingModel, VectorCollection, VectorRecord, VectorStore } from '@rt/core'

export interface MigrationOptions {
  store: VectorStore
  /** The collection whose embedder changed. */
  name: string
  /** The one its vectors came from. Without it the old vectors cannot be asked: until the switch they are found by words alone. */
  from?: EmbeddingModel | undefined
  /** The one its vectors shall come from. */
  to: EmbeddingModel
  /** What of a record is embedded. Default: its text. A record without it keeps no vector. */
  textOf?: ((record: VectorRecord) => string | undefined) | undefined
  /** Waited for before each batch of texts: let it resolve when nobody is being answered. Default: at once. */
  idle?: (() => Promise<void>) | undefined
  /** Switch also where the new vectors find less. Default false. */
  force?: boolean | undefined
  onProgress?: ((progress: MigrationProgress) => void) | undefined
  signal?: AbortSignal | undefined
}

export interface MigrationProgress {
  /** Records that have their new vector, of all. */
  done: number
  total: number
}

/** How well both embedders find what they should, over sampled queries. */
export interface Parity {
  /** Share of the samples whose record was among the first ten. Undefined where the old embedder cannot be asked. */
  before: number | undefined
  after: number
  samples: number
  /** Whether `after` is not worse than `before`, to within `TOLERANCE`. */
  reached: boolean
}

export interface MigrationReport extends MigrationProgress {
  parity: Parity
  /** The new vectors have taken the old ones' place. */
  switched: boolean
}

export interface Migration {
  /** Reads the old vectors and the new ones, writes the new ones; vectors given to it are of `to`. Good until the switch and after it. */
  readonly collection: VectorCollection
  /** Ends with the switch, or without it where parity is not reached. Rejects with `aborted`, and goes on where it was next time. */
  readonly done: Promise<MigrationReport>
}
