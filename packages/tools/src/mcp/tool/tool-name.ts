import { createHash } from 'node:crypto'
import { RtError } from '@rt/core'

const SERVER = /^[a-zA-Z0-9]+(?:[_-][a-zA-Z0-9]+)*$/
const MOST = 64

/**
 * No two servers can make one name of two: no name of a server holds or ends with what stands between it and the tool's.
 *
 * @throws RtError `invalid_request` for a name that tools cannot carry in front.
 */
export const checkServerName = (name: string): void => {
  if (SERVER.test(name) && name.length <= 32) return
  throw new RtError({
    code: 'invalid_request',
    message: `"${name}" is no name for an MCP server.`,
    hint: 'Use 1 to 32 letters and digits, with "-" or "_" between them.',
  })
}

/** `files__read_file`. What models cannot be given, or is too long, ends in a few digits that are its own. */
export const toolName = (server: string, tool: string): string => {
  const plain = tool.replaceAll(/[^a-zA-Z0-9_-]/g, '_')
  const name = `${server}__${plain}`
  if (plain === tool && name.length <= MOST) return name
  const digest = createHash('sha256').update(tool).digest('hex').slice(0, 8)
  return `${name.slice(0, MOST - 9)}_${digest}`
}
