const DAY = '(?:0[1-9]|1\\d|2[0-8])'
const LEAP_YEAR = '(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:0[048]|[2468][048]|[13579][26])00)'
const DATE = `(?:\\d{4}-(?:(?:0[1-9]|1[0-2])-${DAY}|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)|${LEAP_YEAR}-02-29)`
const TIME = '(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,9})?(?:Z|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)'
const BYTE = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const IPV4 = `(?:${BYTE}\\.){3}${BYTE}`
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?'
const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
const HEX = '[0-9a-fA-F]{1,4}'
/** With `::`: what stands before and after it, seven groups at most. */
const SHORT_IPV6 = Array.from({ length: 8 }, (_, before) => {
  const left = before === 0 ? '' : `${HEX}(?::${HEX}){${before - 1}}`
  const right = before === 7 ? '' : `(?:${HEX}(?::${HEX}){0,${6 - before}})?`
  return `${left}::${right}`
}).join('|')
const URI_CHAR = "(?:[A-Za-z0-9._~:/?#@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})"
const SCHEME = '[A-Za-z][A-Za-z0-9+.-]*'
const DURATION_TIME = 'T(?:\\d{1,9}H(?:\\d{1,9}M)?(?:\\d{1,9}S)?|\\d{1,9}M(?:\\d{1,9}S)?|\\d{1,9}S)'

/**
 * Formats of strings as regular expressions, which both the grammar and the check afterwards go by. They are a little
 * narrower than the RFCs where those allow what nobody expects (quoted mail addresses, lower case `t` and `z`).
 */
export const FORMATS: Readonly<Record<string, string>> = {
  date: `^${DATE}$`,
  time: `^${TIME}$`,
  'date-time': `^${DATE}T${TIME}$`,
  duration: `^P(?:\\d{1,9}W|(?:\\d{1,9}Y(?:\\d{1,9}M)?(?:\\d{1,9}D)?|\\d{1,9}M(?:\\d{1,9}D)?|\\d{1,9}D)(?:${DURATION_TIME})?|${DURATION_TIME})$`,
  uuid: '^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$',
  email: `^${ATOM}(?:\\.${ATOM})*@${LABEL}(?:\\.${LABEL})+$`,
  hostname: `^${LABEL}(?:\\.${LABEL})*$`,
  ipv4: `^${IPV4}$`,
  ipv6: `^(?:${HEX}(?::${HEX}){7}|${SHORT_IPV6})$`,
  uri: `^${SCHEME}:(?://)?${URI_CHAR}+$`,
  url: `^https?://${LABEL}(?:\\.${LABEL})*(?::\\d{1,5})?(?:[/?#]${URI_CHAR}*)?$`,
  'uri-reference': `^${URI_CHAR}*$`,
  'json-pointer': '^(?:/(?:[^~/]|~[01])*)*$',
  'relative-json-pointer': '^(?:0|[1-9]\\d{0,8})(?:#|(?:/(?:[^~/]|~[01])*)*)$',
  byte: '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$',
}
