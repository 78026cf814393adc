/** Ids in one condition. */
export const IDS_A_STATEMENT = 1000

/**
 * A text as a value of DataFusion's SQL. Its bytes stand there as hexadecimal digits, so that no text, whatever is in it,
 * can be anything but this value.
 */
export const sqlText = (text: string): string => `arrow_cast(X'${Buffer.from(text).toString('hex')}', 'Utf8')`

/** With an exponent, so that whole numbers beyond 64 bits are read as floating point too. */
export const sqlNumber = (value: number): string => value.toExponential()

export const idIsOneOf = (ids: readonly string[]): string => `id IN (${ids.map(sqlText).join(', ')})`

/** Conditions that all must hold; undefined when there is none. */
export const allOf = (...conditions: (string | undefined)[]): string | undefined => {
  const given = conditions.filter((condition) => condition !== undefined)
  return given.length ? given.map((condition) => `(${condition})`).join(' AND ') : undefined
}
