import type { Tool } from '@modelcontextprotocol/client'
import { type JsonObject, RtError } from '@rt/core'
import type { ToolDefinition } from './tool-definition.ts'

const MAX_TOOLS = 512
const MAX_CHARACTERS = 65_536

/**
 * What is kept of the tools a server lists.
 *
 * @throws RtError `mcp_unavailable` for more than anybody would agree to, or one name twice.
 */
export const readDefinitions = (server: string, tools: readonly Tool[]): ToolDefinition[] => {
  const refuse = (what: string): RtError =>
    new RtError({
      code: 'mcp_unavailable',
      message: `the MCP server ${server} ${what}, and none of its tools is used.`,
      retryable: false,
      data: { server },
    })
  if (tools.length > MAX_TOOLS) throw refuse(`lists ${tools.length} tools, more than ${MAX_TOOLS}`)
  const seen = new Set<string>()
  return tools.map(({ name, title, description, inputSchema, outputSchema, annotations }) => {
    if (seen.has(name)) throw refuse(`lists ${JSON.stringify(name.slice(0, 64))} twice`)
    seen.add(name)
    const definition = {
      name,
      ...(title !== undefined && { title }),
      ...(description !== undefined && { description }),
      inputSchema: inputSchema as JsonObject,
      ...(outputSchema && { outputSchema: outputSchema as JsonObject }),
      ...(annotations && { annotations: annotations as JsonObject }),
    }
    if (JSON.stringify(definition).length > MAX_CHARACTERS)
      throw refuse(`describes ${JSON.stringify(name.slice(0, 64))} in more than ${MAX_CHARACTERS} characters`)
    return definition
  })
}
