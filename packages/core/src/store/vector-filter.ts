import type { JsonValue } from '../schema/json.ts'

/** What can be asked of one field. Several in one object must all hold. */
export interface FilterCondition {
  /** Equal, type and all; arrays and objects as wholes, whatever the order of keys. */
  eq?: JsonValue
  /** Not `eq`: also where the field is missing. */
  ne?: JsonValue
  /** Equal to one of these. */
  in?: readonly JsonValue[]
  /** Not `in`: also where the field is missing. */
  nin?: readonly JsonValue[]
  /** Numbers compare with numbers, texts with texts (by code point); nothing else matches. */
  gt?: number | string
  gte?: number | string
  lt?: number | string
  lte?: number | string
  /** Whether the field is there, be it null. */
  exists?: boolean
  /** True: there and null. False: there and not null. */
  null?: boolean
  /** An array with this element, or a text with this part (upper and lower case differ). */
  contains?: string | number | boolean | null
  /** A text that begins so. */
  prefix?: string
  /** A text that is a date or date-time of RFC 3339 (without a zone: UTC) in this range. */
  datetime?: DatetimeRange
}

export interface DatetimeRange {
  gt?: string | Date
  gte?: string | Date
  lt?: string | Date
  lte?: string | Date
}

/**
 * Which records count, by their metadata: `{ lang: 'en', year: { gte: 2020 }, or: [{ tag: 'a' }, { tag: 'b' }] }`.
 * All entries must hold. A key is a path: `author.name` looks into objects, `\.` is a dot in a name, and a leading
 * `\` makes `and`, `or`, `not` names of fields. Every filter is true or false of a record, never unknown.
 */
export interface VectorFilter {
  and?: readonly VectorFilter[]
  or?: readonly VectorFilter[]
  not?: VectorFilter
  /** A value it equals, or what is asked of it. An object none of whose keys is an operator, or nearly one, is a value. */
  [path: string]: JsonValue | FilterCondition | VectorFilter | readonly VectorFilter[] | undefined
}
