import type { Message, Tool } from '@rt/core'
import { tool } from '../tool.ts'

/** What the model calls to look for tools it is not shown. */
export const FIND_TOOL = 'find_tool'

const MAX_DESCRIPTION = 200

const parameters = {
  type: 'object',
  properties: {
    query: { type: 'string', description: 'What the tool must do, in a few words', minLength: 1, maxLength: 1000 },
  },
  required: ['query'],
  additionalProperties: false,
}

/** A tool that searches others; what it finds is shown from the next step on. */
export const createFindTool = (
  search: (query: string, options: { signal: AbortSignal }) => Promise<readonly Tool[]>,
): Tool =>
  tool({
    name: FIND_TOOL,
    description:
      'More tools exist than are listed here. When none of them fits, describe what you need: the tools found can be called in your next step.',
    inputSchema: { jsonSchema: parameters },
    async execute(input, { signal }) {
      const found = await search((input as { query: string }).query, { signal })
      const tools = found.map(({ name, description }) => ({ name, description: description.slice(0, MAX_DESCRIPTION) }))
      return { tools }
    },
  })

/** Names that it found in a conversation, in the order they were found. */
export const foundBefore = (messages: readonly Message[]): string[] =>
  messages.flatMap(({ role, parts }) =>
    role === 'tool'
      ? parts.flatMap((part) =>
          part.type === 'tool-result' && part.name === FIND_TOOL && !part.isError ? namesIn(part.result) : [],
        )
      : [],
  )

/** The result may come from a client: it is anything. */
const namesIn = (result: unknown): string[] => {
  const tools = propertyOf(result, 'tools')
  if (!Array.isArray(tools)) return []
  return tools.map((one) => propertyOf(one, 'name')).filter((name) => typeof name === 'string')
}

const propertyOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
