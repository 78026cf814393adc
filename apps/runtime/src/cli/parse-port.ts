import { toPort } from '../to-port.ts'
import type { CommandDefinition } from './command.ts'
import { usage } from './parse.ts'

/** The value of `--port`; undefined when it was not given. */
export const parsePort = (command: Pick<CommandDefinition, 'name'>, value: string | undefined): number | undefined => {
  if (value === undefined) return undefined
  const port = toPort(value)
  if (port === undefined) throw usage(command, `--port must be 0 to 65535, not "${value}".`)
  return port
}
