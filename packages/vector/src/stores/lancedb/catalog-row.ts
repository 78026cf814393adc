import { type CollectionOptions, type Metric, RtError } from '@rt/core'
import { DEFAULT_OPTIONS } from '../../driver-kit/check-collection.ts'

/** The approximate index of a collection, as it was built and measured. */
export interface GraphState {
  kind: 'ivf-flat' | 'ivf-rq'
  /** Vectors there were when it was built. */
  vectors: number
  /** Partitions a search reads. */
  probes: number
  /** Candidates compared exactly, for each hit asked for. */
  refine: number
  /** Share of the true neighbours that these two find, as measured when it was built. */
  recall: number
}

/** A row of `lancedb_collections`. */
export interface CatalogRow {
  id: number
  name: string
  dimensions: number | null
  metric: Metric | null
  fingerprint: string | null
  /** JSON of those that were given. */
  options: string
  /** 1 when any record can end. */
  expiring: number
  /** JSON of `GraphState`. */
  graph: string | null
}

export const optionsOf = ({ options }: CatalogRow): CollectionOptions & typeof DEFAULT_OPTIONS => ({
  ...DEFAULT_OPTIONS,
  ...(JSON.parse(options) as CollectionOptions),
})

export const graphOf = ({ graph }: CatalogRow): GraphState | undefined =>
  graph === null ? undefined : (JSON.parse(graph) as GraphState)

/** @throws RtError `unsupported` for an index that is not LanceDB's. */
export const refuseForeignIndex = ({ index }: CollectionOptions): void => {
  if (index === undefined || index === 'auto' || index === 'flat') return
  throw new RtError({
    code: 'unsupported',
    message: `the LanceDB store has no index ${index}.`,
    hint: "Choose 'auto' (LanceDB's own, by size) or 'flat' (every vector is compared).",
  })
}
