import type { JsonValue } from '@rt/core'

/** Names of keys, from the metadata inwards. Never empty. */
export type FieldPath = readonly string[]

export interface Bounds<T> {
  gt?: T
  gte?: T
  lt?: T
  lte?: T
}

/**
 * A checked filter in few words, which is what stores translate. Each node is true or false of a record: of a field
 * that is missing or of another type it is false, and `not` makes that true.
 */
export type FilterNode =
  /** All of the nodes; with none, true. */
  | { op: 'and'; nodes: FilterNode[] }
  /** Any of the nodes; with none, false. */
  | { op: 'or'; nodes: FilterNode[] }
  | { op: 'not'; node: FilterNode }
  /** Any JSON value; numbers as numbers, arrays and objects as wholes. */
  | { op: 'eq'; path: FieldPath; value: JsonValue }
  /** Of scalars alone; never empty. */
  | { op: 'in'; path: FieldPath; values: (string | number | boolean | null)[] }
  | { op: 'number'; path: FieldPath; bounds: Bounds<number> }
  /** By code point, which is the order of UTF-8 bytes. */
  | { op: 'text'; path: FieldPath; bounds: Bounds<string> }
  /** Texts of RFC 3339; bounds in milliseconds since 1970. */
  | { op: 'datetime'; path: FieldPath; bounds: Bounds<number> }
  | { op: 'exists'; path: FieldPath }
  /** An array with this element, or (texts alone) a text with this part. */
  | { op: 'contains'; path: FieldPath; value: string | number | boolean | null }
  | { op: 'prefix'; path: FieldPath; value: string }

/** A node that asks something of one field. */
export type FieldNode = Exclude<FilterNode, { op: 'and' | 'or' | 'not' }>
