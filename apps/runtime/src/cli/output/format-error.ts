import { type RtError, toRtError } from '@rt/core'
import { printable } from './printable.ts'
import { style } from './style.ts'
import { span } from './units.ts'

export interface FormatErrorOptions {
  /** Causes and stacks, too. */
  debug?: boolean
  /** Where it will be written: its terminal takes colours, or not. Default stderr. */
  stream?: NodeJS.WriteStream
}

/** An error as a person reads it: what failed, then what to do. */
export const formatError = (
  thrown: unknown,
  { debug = false, stream = process.stderr }: FormatErrorOptions = {},
): string => {
  const error = toRtError(thrown)
  const lines = [`${style('red', 'error', stream)}  ${error.code}: ${printable(error.message)}`]
  // Where the message stands alone, in a list of what was tried, it has the hint itself.
  const hint = error.hint && !error.message.endsWith(error.hint) ? printable(error.hint) : ''
  const advice = [hint, comeBack(error)].filter(Boolean).join('\n')
  if (advice) lines.push(...advice.split('\n').map((line) => `       ${line}`))
  if (debug) lines.push('', printable(error.stack ?? ''), ...causes(error).map(printable))
  return `${lines.join('\n')}\n`
}

/** Of a provider that says how long to wait, where the hint does not. */
const comeBack = ({ data, hint = '' }: RtError): string => {
  const ms = data?.['retryAfterMs']
  return typeof ms === 'number' && ms > 0 && !hint.startsWith('Try again in') ? `Try again in ${span(ms)}.` : ''
}

const causes = (error: Error): string[] => {
  const lines: string[] = []
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) lines.push(`caused by: ${cause.stack}`)
  return lines
}
