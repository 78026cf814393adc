import { nearestNames, RtError, type Tool } from '@rt/core'
import { tool } from '../tool.ts'
import type { McpServer } from './server.ts'

const TIMEOUT_MS = 60_000

/** Two tools with which a model reads what servers have to read, whichever of them has it. */
export const resourceTools = (servers: McpServer[]): Tool[] => {
  const names = servers.map(({ name }) => name)
  const find = (name: string): McpServer => {
    const found = servers.find((server) => server.name === name)
    if (found) return found
    const [near] = nearestNames(name, names)
    throw new RtError({
      code: 'not_found',
      message: `no server with resources is named ${JSON.stringify(name)}.`,
      hint: near ? `Did you mean ${near}?` : `There are: ${names.join(', ')}.`,
    })
  }
  const server = { type: 'string', enum: names, description: 'Name of the server.' }
  const list = tool({
    name: 'mcp_list_resources',
    description: 'Lists what a server has to read: addresses, names and descriptions.',
    inputSchema: {
      jsonSchema: { type: 'object', properties: { server }, required: ['server'], additionalProperties: false },
    },
    timeoutMs: TIMEOUT_MS,
    execute: (input, { signal, principal }) =>
      find((input as { server: string }).server).resources({ signal, principal }),
  })
  const read = tool({
    name: 'mcp_read_resource',
    description: 'Reads one resource of a server by its address (uri).',
    inputSchema: {
      jsonSchema: {
        type: 'object',
        properties: { server, uri: { type: 'string', description: 'As mcp_list_resources shows it.' } },
        required: ['server', 'uri'],
        additionalProperties: false,
      },
    },
    timeoutMs: TIMEOUT_MS,
    execute: (input, { signal, principal }) => {
      const { server: name, uri } = input as { server: string; uri: string }
      return find(name).read(uri, { signal, principal })
    },
  })
  const common = { sideEffects: ['network' as const], idempotent: true, untrusted: true, origin: 'mcp' }
  return [
    { ...list, ...common },
    { ...read, ...common },
  ]
}
