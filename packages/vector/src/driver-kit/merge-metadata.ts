import type { JsonObject } from '@rt/core'
import type { CheckedUpdate } from './check-changes.ts'
import { checkMetadata } from './check-records.ts'

/**
 * Metadata after an update, as canonical JSON.
 *
 * @throws RtError `invalid_request` when it has become too large.
 */
export const mergeMetadata = ({ key, set, remove }: CheckedUpdate, old: JsonObject): string => {
  const merged = new Map(Object.entries({ ...old, ...set }))
  for (const name of remove) merged.delete(name)
  return checkMetadata(key, Object.fromEntries(merged))
}
