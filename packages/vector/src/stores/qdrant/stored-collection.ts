import type { CollectionOptions, Metric } from '@rt/core'
import type { Schemas } from '@qdrant/js-client-rest'
import { DEFAULT_OPTIONS, type StoredStamp } from '../../driver-kit/check-collection.ts'
import { DENSE } from './payload.ts'

export type Info = Schemas['CollectionInfo']

/** Grows when a later version lays collections out otherwise. */
export const LAYOUT = 1

/** What rt keeps in the metadata of a Qdrant collection. */
export type CollectionMetadata = {
  rt: number
  metric?: Metric
  fingerprint?: string
  options: string
}

/** A collection of ours as Qdrant describes it. */
export interface StoredCollection extends StoredStamp {
  name: string
  /** Its name in Qdrant. */
  physical: string
  layout: number
  options: CollectionOptions
  /** Keys of the payload with an index. */
  indexed: ReadonlySet<string>
  info: Info
}

/** Undefined for a collection that rt did not make. */
export const readCollection = (physical: string, name: string, info: Info): StoredCollection | undefined => {
  const metadata = info.config.metadata as Partial<CollectionMetadata> | null | undefined
  if (typeof metadata?.rt !== 'number') return undefined
  const vectors = info.config.params.vectors as Record<string, { size: number } | undefined> | null | undefined
  return {
    name,
    physical,
    layout: metadata.rt,
    dimensions: vectors?.[DENSE]?.size ?? null,
    metric: metadata.metric ?? null,
    fingerprint: metadata.fingerprint ?? null,
    options: { ...DEFAULT_OPTIONS, ...(JSON.parse(metadata.options ?? '{}') as CollectionOptions) },
    indexed: new Set(Object.keys(info.payload_schema)),
    info,
  }
}
