/** A TCP port written as text; undefined when it is none. */
export const toPort = (value: string): number | undefined => {
  const port = Number(value)
  return Number.isInteger(port) && port >= 0 && port <= 65_535 ? port : undefined
}
