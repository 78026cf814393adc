import type { CommandDefinition } from './command.ts'
import { usage } from './parse.ts'

/** A flag that must be a whole number of at least 1. */
export const positiveInteger = (
  command: Pick<CommandDefinition, 'name'>,
  flag: string,
  value: string | undefined,
  fallback: number,
): number => {
  if (value === undefined) return fallback
  const number = Number(value)
  if (!Number.isInteger(number) || number < 1)
    throw usage(command, `--${flag} must be a whole number of at least 1, not "${value}".`)
  return number
}
