import type { VectorRecord } from '@rt/core'
import { canonicalJson } from './canonical-json.ts'

/** What a record and its copy differ in, vectors aside; undefined when they are the same. */
export const contentDifference = (
  record: VectorRecord,
  copy: VectorRecord,
): 'text' | 'expires' | 'metadata' | undefined => {
  if (record.text !== copy.text) return 'text'
  if (record.expires !== copy.expires) return 'expires'
  if (canonicalJson(record.metadata ?? {}) !== canonicalJson(copy.metadata ?? {})) return 'metadata'
  return undefined
}
