import { toRtError } from '@rt/core'
import { printable } from './printable.ts'
import { style } from './style.ts'

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
  if (error.hint)
    lines.push(
      ...printable(error.hint)
        .split('\n')
        .map((line) => `       ${line}`),
    )
  if (debug) lines.push('', printable(error.stack ?? ''), ...causes(error).map(printable))
  return `${lines.join('\n')}\n`
}

const causes = (error: Error): string[] => {
  const lines: string[] = []
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) lines.push(`caused by: ${cause.stack}`)
  return lines
}
