import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/client'
import { RtError } from '@rt/core'

const MAX_ERROR = 2_000

/**
 * What a model gets of a result: the structured value where there is one, else the text; of pictures and sounds, what
 * they are.
 *
 * @throws RtError `tool_failed` with the server's words when it says the call failed.
 */
export const toResult = (server: string, tool: string, result: CallToolResult): unknown => {
  const content = result.content ?? []
  if (result.isError) throw failed(server, tool, content)
  if (result.structuredContent !== undefined) return result.structuredContent
  const blocks = content.map(toBlock)
  return blocks.length === 1 ? blocks[0] : blocks.every((one) => typeof one === 'string') ? blocks.join('\n') : blocks
}

export const toBlock = (block: ContentBlock): unknown => {
  switch (block.type) {
    case 'text':
      return block.text
    case 'image':
    case 'audio':
      return `[${block.type} ${block.mimeType}, ${bytesOf(block.data)} bytes]`
    case 'resource_link':
      return { type: 'resource_link', uri: block.uri, name: block.name, description: block.description }
    case 'resource':
      return toResource(block.resource)
    default:
      return `[${String((block as { type: unknown }).type)}]`
  }
}

export const toResource = (resource: { uri: string; mimeType?: string | undefined } & object): unknown => {
  const { uri, mimeType } = resource
  if ('text' in resource) return { uri, mimeType, text: resource.text }
  const blob = 'blob' in resource && typeof resource.blob === 'string' ? resource.blob : ''
  return { uri, mimeType, text: `[${mimeType ?? 'bytes'}, ${bytesOf(blob)} bytes]` }
}

/** Of base64. */
const bytesOf = (data: string): number => Math.floor((data.replace(/=+$/, '').length * 3) / 4)

const failed = (server: string, tool: string, content: ContentBlock[]): RtError => {
  const words = content.map((block) => (block.type === 'text' ? block.text : '')).join('\n')
  return new RtError({
    code: 'tool_failed',
    message: `${tool} of the MCP server ${server} failed: ${words.slice(0, MAX_ERROR) || 'it does not say why'}`,
    data: { server, tool },
  })
}
