import { toRtError } from '@rt/core'
import { printable } from './printable.ts'
import { style } from './style.ts'

/** An error as a person reads it: what failed, then what to do. Causes and stacks only for `debug`. */
export const formatError = (thrown: unknown, { debug = false }: { debug?: boolean } = {}): string => {
  const error = toRtError(thrown)
  const lines = [`${style('red', 'error')}  ${error.code}: ${printable(error.message)}`]
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
