type Table = Record<string, unknown>

/** A table of a file under the names that a program gives the same. */
export const camelCase = (table: Table): Table =>
  Object.fromEntries(
    Object.entries(table).map(([key, value]) => [key.replaceAll(/_(\w)/g, (_, letter) => letter.toUpperCase()), value]),
  )

export const mapValues = <T>(table: Table, map: (value: Table) => T): Record<string, T> =>
  Object.fromEntries(Object.entries(table).map(([key, value]) => [key, map(value as Table)]))
