import type { IndexedFields } from './field-expression.ts'
import type { Layout } from './layout.ts'

/** The records of one collection that count at one moment. */
export interface Where {
  layout: Layout
  /** Of the collection. */
  id: number
  /** Milliseconds since 1970. */
  now: number
  /** Fields whose ranges have an index. Default none. */
  indexed?: IndexedFields
}
