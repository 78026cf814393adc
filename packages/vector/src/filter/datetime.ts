/** A date, or date and time, of RFC 3339; a zone may be left out. */
const DATETIME =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?([Zz]|[+-]\d{2}:\d{2})?)?$/

/** Milliseconds since 1970; without a zone UTC is meant. Undefined for anything that is no such date. */
export const parseDatetime = (text: string): number | undefined => {
  const found = DATETIME.exec(text)
  if (!found) return undefined
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = found
  const milliseconds = fraction.padEnd(3, '0').slice(0, 3)
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds}`
  // Date.parse takes 31 February for 3 March.
  const asUtc = Date.parse(`${local}Z`)
  if (Number.isNaN(asUtc) || !new Date(asUtc).toISOString().startsWith(`${year}-${month}-${day}T${hour}`))
    return undefined
  const parsed = Date.parse(`${local}${zone.toUpperCase()}`)
  return Number.isNaN(parsed) ? undefined : parsed
}
