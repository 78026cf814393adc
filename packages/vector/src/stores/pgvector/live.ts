import type { FilterNode } from '../../filter/index.ts'
import type { Bindings } from './bindings.ts'
import { translateFilter } from './translate-filter.ts'
import type { Where } from './where.ts'

/** Which records of a table (`r`) count: those that have not ended and match. */
export const liveRecords = (
  filter: FilterNode | undefined,
  { layout, now, indexed = new Set() }: Pick<Where, 'layout' | 'now' | 'indexed'>,
  bindings: Bindings,
): string => {
  const live = `(r.expires IS NULL OR r.expires > ${bindings.bind(now)}::float8)`
  return filter ? `${live} AND ${translateFilter(filter, bindings, { schema: layout.schema, indexed })}` : live
}
