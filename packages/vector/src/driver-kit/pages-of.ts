import { type ScrollOptions, throwIfAborted, type VectorCollection, type VectorRecord } from '@rt/core'

/** All pages of a collection that hold anything, in its order. */
export async function* pagesOf(
  collection: VectorCollection,
  options: Omit<ScrollOptions, 'after'>,
): AsyncGenerator<VectorRecord[]> {
  let after: string | undefined
  do {
    throwIfAborted(options.signal)
    const page = await collection.scroll({ ...options, ...(after !== undefined && { after }) })
    if (page.records.length) yield page.records
    after = page.next
  } while (after !== undefined)
}
