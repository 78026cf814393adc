/** What is given, as the parameters after `?`. */
export const query = (values: Record<string, string | number | undefined>): string => {
  const given = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  )
  return given.length ? `?${given.join('&')}` : ''
}
