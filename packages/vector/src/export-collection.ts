import { type CallOptions, recordToJson, type VectorCollection, type VectorFilter } from '@rt/core'
import { pagesOf } from './driver-kit/pages-of.ts'

/** What the first line of an export says it is. */
export const EXPORT_FORMAT = 'rt-collection/1'

/**
 * A collection as JSON Lines: a line about it (name, stamp, options), then one for each record, vectors in base64. The
 * order stays the same; what is written meanwhile may or may not be in it.
 */
export async function* exportCollection(
  collection: VectorCollection,
  { filter, ...call }: CallOptions & { filter?: VectorFilter } = {},
): AsyncGenerator<string> {
  const { name, stamp, options } = await collection.describe()
  yield JSON.stringify({ format: EXPORT_FORMAT, name, stamp, options })
  for await (const page of pagesOf(collection, { ...call, ...(filter && { filter }) }))
    for (const record of page) yield JSON.stringify(recordToJson(record))
}
