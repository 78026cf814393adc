import type { GetPromptResult, ListPromptsResult } from '@modelcontextprotocol/server'
import { nearestNames, RtError } from '@rt/core'
import type { McpContext } from '../mcp-context.ts'
import { page } from '../page.ts'

export const listPrompts = async (
  { port, identity }: McpContext,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<ListPromptsResult> => {
  const { items, nextCursor } = page(await port.agents(identity, { signal }), ({ name }) => name, cursor)
  return {
    prompts: items.map(({ name, description }) => ({
      name,
      ...(description !== undefined && { description }),
      arguments: [{ name: 'question', description: 'What is asked first.', required: false }],
    })),
    ...(nextCursor !== undefined && { nextCursor }),
  }
}

export const getPrompt = async (
  { port, identity }: McpContext,
  { name, arguments: args }: { name: string; arguments?: Record<string, string> | undefined },
  signal: AbortSignal,
): Promise<GetPromptResult> => {
  const agents = await port.agents(identity, { signal })
  const agent = agents.find((one) => one.name === name)
  if (!agent) {
    const names = agents.map((one) => one.name)
    const [near] = nearestNames(name, names)
    throw new RtError({
      code: 'not_found',
      message: `there is no prompt ${JSON.stringify(name.slice(0, 100))}.`,
      hint: `${near ? `Did you mean "${near}"? ` : ''}${names.length ? `Prompts: ${names.join(', ')}.` : 'There are none.'}`,
    })
  }
  const { description, instructions } = agent
  const question = args?.['question']
  // A protocol without system messages: instructions come first, as the user's.
  return {
    ...(description !== undefined && { description }),
    messages: [instructions, ...(question ? [question] : [])].map((text) => ({
      role: 'user',
      content: { type: 'text', text },
    })),
  }
}
