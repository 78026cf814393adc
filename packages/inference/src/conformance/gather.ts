import {
  createMessage,
  isTerminal,
  type LanguageModel,
  type ModelRequest,
  RtError,
  type StreamPart,
  type TerminalPart,
  type ToolSpec,
} from '@rt/core'

export interface Gathered {
  parts: StreamPart[]
  text: string
  reasoning: string
  terminal: TerminalPart
}

export const ask = (request: Partial<ModelRequest> = {}, text: string = 'Hello?'): ModelRequest => ({
  messages: [createMessage('user', text)],
  ...request,
})

export const weatherTool: ToolSpec = {
  name: 'weather',
  description: 'The weather of a city.',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  },
}

export const timeTool: ToolSpec = {
  name: 'time',
  description: 'What time it is.',
  parameters: { type: 'object', properties: {}, additionalProperties: false },
}

/**
 * Reads a stream to its end and holds it to what every stream owes: it begins with `start`, throws nothing, and ends with
 * its one terminal part.
 */
export const gather = async (
  model: LanguageModel,
  {
    request = ask(),
    signal,
    onPart,
  }: { request?: ModelRequest; signal?: AbortSignal; onPart?: (part: StreamPart) => void } = {},
): Promise<Gathered> => {
  return await gatherParts(model.stream(request, { signal }), onPart)
}

export const gatherParts = async (
  stream: AsyncIterable<StreamPart>,
  onPart?: (part: StreamPart) => void,
): Promise<Gathered> => {
  const parts: StreamPart[] = []
  for await (const part of stream) {
    parts.push(part)
    onPart?.(part)
  }
  const terminal = parts.at(-1)
  if (parts[0]?.type !== 'start' || !terminal || !isTerminal(terminal) || parts.filter(isTerminal).length !== 1)
    throw new RtError({
      code: 'internal',
      message: `a stream must begin with start and end with its only terminal part, this one was ${parts.map(({ type }) => type).join(', ')}.`,
    })
  const joined = (type: 'text-delta' | 'reasoning-delta'): string =>
    parts.map((part) => (part.type === type ? part.text : '')).join('')
  return { parts, text: joined('text-delta'), reasoning: joined('reasoning-delta'), terminal }
}
