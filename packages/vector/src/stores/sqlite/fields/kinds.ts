/**
 * What a value in `vector_field_values` is. Written into files: numbers keep their meaning. Kinds of one value of a field
 * are `null` to `long`; a text that is a date, and each element of an array, stand there beside it once more.
 */
export const KIND = {
  null: 0,
  false: 1,
  true: 2,
  /** value: the number. */
  number: 3,
  /** value: the text. */
  text: 4,
  /** An array or an object. */
  other: 5,
  /** A text too long to be kept twice: whoever asks for texts looks at the record. */
  long: 6,
  /** value: milliseconds since 1970. */
  datetime: 7,
  elementNull: 10,
  elementFalse: 11,
  elementTrue: 12,
  elementNumber: 13,
  elementText: 14,
  elementLong: 16,
} as const

/** Bytes of UTF-8 of the longest `text`. */
export const MAX_TEXT_BYTES = 256
