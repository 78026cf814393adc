import type { FieldPath } from '../../filter/index.ts'

/** What ranges can be asked of a field, each with an index of its own. */
export type FieldKind = 'number' | 'text' | 'datetime'

/** An index entry of Postgres holds 2.7 KB; texts that begin alike up to here are told apart by the record. */
const MAX_TEXT = 256

/**
 * What an index of a field is over, and what a condition is over that it shall answer: null where the field is no such
 * value. It cannot fail.
 *
 * @param value SQL of the field.
 * @param schema where `datetime_ms` is.
 */
export const fieldExpression = (kind: FieldKind, value: string, schema: string): string => {
  const text = `(${value} #>> '{}')`
  if (kind === 'number') return `(CASE WHEN jsonb_typeof(${value}) = 'number' THEN (${value})::numeric END)`
  if (kind === 'datetime')
    return `(CASE WHEN jsonb_typeof(${value}) = 'string' THEN ${schema}.datetime_ms(${text}) END)`
  return `((CASE WHEN jsonb_typeof(${value}) = 'string' THEN ${beginning(text)} END) COLLATE "C")`
}

/** As much of a text as its index holds. */
export const beginning = (text: string): string => `left(${text}, ${MAX_TEXT})`

export const fieldKey = (kind: FieldKind, path: FieldPath): string => `${kind} ${JSON.stringify(path)}`

/** Keys of the fields that have an index. */
export type IndexedFields = ReadonlySet<string>
