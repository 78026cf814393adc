import type { LanguageModel, ModelCapabilities, ModelRequest } from '@rt/core'

type Capable = Pick<LanguageModel, 'capabilities'>

/**
 * What a whole route promises. A request that needs tools, images, a schema or a large window goes past the legs without, so
 * one leg that can is enough to promise it; what is not chosen by request holds only when all legs do it.
 */
export const routeCapabilities = (legs: Capable[]): ModelCapabilities => {
  const all = legs.map(({ capabilities }) => capabilities)
  const tools = all.map((each) => each.tools).filter((kind) => kind !== 'none')
  return {
    local: all.every((each) => each.local),
    contextTokens: Math.max(...all.map((each) => each.contextTokens)),
    tools: tools.length === 0 ? 'none' : tools.includes('native') ? 'native' : 'grammar',
    structuredOutput: all.some((each) => each.structuredOutput),
    ...(all.some((each) => each.grammar) && { grammar: true }),
    // Two models count differently even when each is exact about itself.
    tokenCount: all.length === 1 ? all[0]!.tokenCount : 'estimate',
    reasoning: all.every((each) => each.reasoning),
    images: all.some((each) => each.images),
    // Calls of a leg that cannot are refused one by one.
    ...(all.some((each) => each.redecode) && { redecode: true }),
  }
}

/** The first thing a request needs that the model cannot do. */
export const missingCapability = (request: ModelRequest, capabilities: ModelCapabilities): string | undefined => {
  if (request.tools?.length && request.toolChoice !== 'none' && capabilities.tools === 'none') return 'tools'
  if (request.output?.type === 'json' && !capabilities.structuredOutput) return 'structured output'
  if (request.output?.type === 'grammar' && !capabilities.grammar) return 'output held to a grammar'
  if (!capabilities.images && hasImage(request)) return 'images'
  return undefined
}

const hasImage = ({ messages }: ModelRequest): boolean =>
  messages.some(({ parts }) => parts.some((part) => part.type === 'file' && part.mediaType.startsWith('image/')))
