/** One JSON value as a line. Throws for what JSON cannot say. */
export const toLine = (value: object): string => `${JSON.stringify(value)}\n`
