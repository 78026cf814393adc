import type { CollectionOptions, CollectionStamp } from '@rt/core'
import { DEFAULT_OPTIONS, type StoredStamp } from '../../driver-kit/check-collection.ts'

/** A row of `vector_collections`. */
export interface CollectionRow extends StoredStamp {
  id: number
  name: string
  version: number
  dimensions: number | null
  metric: CollectionStamp['metric'] | null
  fingerprint: string | null
  uuid: string
  /** JSON: what was given when it was made. */
  options: string
  records: number
  bytes: number
}

/** All of them, defaults filled in. */
export type FullOptions = typeof DEFAULT_OPTIONS & Pick<CollectionOptions, 'ttl'>

export const optionsOf = ({ options }: Pick<CollectionRow, 'options'>): FullOptions => ({
  ...DEFAULT_OPTIONS,
  ...(JSON.parse(options) as CollectionOptions),
})
