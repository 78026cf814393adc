import type { FilterNode } from '../../filter/index.ts'
import type { Bindings } from './bindings.ts'
import type { Layout } from './layout.ts'
import { translateFilter } from './translate-filter.ts'

/** Which records of a table (`r`) count: those that have not ended and match. */
export const liveRecords = (
  filter: FilterNode | undefined,
  now: number,
  bindings: Bindings,
  layout: Layout,
): string => {
  const live = `(r.expires IS NULL OR r.expires > ${bindings.bind(now)}::float8)`
  return filter ? `${live} AND ${translateFilter(filter, bindings, layout.schema)}` : live
}
