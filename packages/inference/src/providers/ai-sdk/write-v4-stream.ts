import type { FinishReason, ProviderData, StreamPart, Usage } from '@rt/core'
import { toV4StreamError } from './to-v4-error.ts'
import { toV4Usage } from './usage.ts'
import type { V4FinishReason, V4StreamPart } from './v4-language-model.ts'
import type { V4Metadata } from './v4-shared.ts'

type Block = 'text' | 'reasoning'

/** Says the parts of one rt stream as those of an AI SDK stream. Text and reasoning become blocks with ids. */
export const createV4StreamWriter = (model: string): { write(part: StreamPart): V4StreamPart[] } => {
  let open: { block: Block; id: string } | undefined
  let blocks = 0
  const late: string[] = []
  const announced = new Set<string>()

  const close = (provider?: ProviderData): V4StreamPart[] => {
    if (!open) return []
    const { block, id } = open
    open = undefined
    return [{ type: `${block}-end`, id, ...metadata(provider) }]
  }
  const writeDelta = (block: Block, delta: string, provider: ProviderData | undefined): V4StreamPart[] => {
    const parts: V4StreamPart[] = []
    if (open && open.block !== block) parts.push(...close())
    const empty = !delta && (!provider || Object.keys(provider).length === 0)
    if (!open && !empty) {
      open = { block, id: String(++blocks) }
      parts.push({ type: `${block}-start`, id: open.id })
    }
    if (open && delta) parts.push({ type: `${block}-delta`, id: open.id, delta })
    if (provider) parts.push(...close(provider))
    return parts
  }
  const finish = (unified: V4FinishReason['unified'], raw: string, usage: Usage | undefined): V4StreamPart => ({
    type: 'finish',
    finishReason: { unified, raw },
    usage: usage ? toV4Usage(usage) : UNKNOWN,
    // The AI SDK takes warnings at the beginning only.
    ...(late.length && { providerMetadata: { rt: { warnings: late } } }),
  })

  return {
    write(part) {
      switch (part.type) {
        case 'text-delta':
          return writeDelta('text', part.text, part.provider)
        case 'reasoning-delta':
          return writeDelta('reasoning', part.text, part.provider)
        case 'tool-call-start':
          announced.add(part.id)
          return [...close(), { type: 'tool-input-start', id: part.id, toolName: part.name }]
        case 'tool-call-delta':
          return [{ type: 'tool-input-delta', id: part.id, delta: part.delta }]
        case 'tool-call-end': {
          const { id: toolCallId, name: toolName, arguments: args } = part
          // What is no JSON is for the SDK to say so, which quoted once more it could not.
          const input = typeof args === 'string' ? args : JSON.stringify(args)
          return [
            ...close(),
            ...(announced.has(toolCallId) ? [{ type: 'tool-input-end', id: toolCallId } as const] : []),
            { type: 'tool-call', toolCallId, toolName, input, ...metadata(part.provider) },
          ]
        }
        case 'warning':
          late.push(part.message)
          return []
        case 'finish':
          return [...close(), finish(UNIFIED[part.finishReason], part.finishReason, part.usage)]
        case 'error':
          return [
            ...close(),
            { type: 'error', error: toV4StreamError(part.error, model) },
            finish('error', part.error.code, part.usage),
          ]
        default:
          return []
      }
    },
  }
}

const UNIFIED: Record<FinishReason, V4FinishReason['unified']> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool-calls',
  'content-filter': 'content-filter',
  limit: 'other',
  approval: 'other',
}

const UNKNOWN = {
  inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined },
}

const metadata = (provider: ProviderData | undefined): { providerMetadata?: V4Metadata } =>
  provider && Object.keys(provider).length > 0 ? { providerMetadata: provider } : {}
