import type { CommandDefinition } from './command.ts'
import { usage } from './parse.ts'

/** The value of `--port`; undefined when it was not given. */
export const parsePort = (command: Pick<CommandDefinition, 'name'>, value: string | undefined): number | undefined => {
  if (value === undefined) return undefined
  const port = Number(value)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw usage(command, `--port must be 0 to 65535, not "${value}".`)
  return port
}
