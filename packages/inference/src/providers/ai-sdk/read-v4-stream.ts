import { type FinishReason, type JsonObject, RtError, type StreamPart } from '@rt/core'
import { cleanMessage } from '../../driver-kit/clean-message.ts'
import { parseArguments } from '../../driver-kit/parse-arguments.ts'
import { fromV4Error } from './from-v4-error.ts'
import { fromV4Usage } from './usage.ts'
import type { V4FinishReason, V4StreamPart } from './v4-language-model.ts'
import type { V4Metadata, V4Warning } from './v4-shared.ts'

export interface V4StreamReader {
  /** The parts of rt this one makes. @throws RtError the error it carries. */
  read(part: V4StreamPart): StreamPart[]
  /** A finish came: the answer is whole. */
  readonly finished: boolean
}

type Block = 'text' | 'reasoning'

/** Parts after which a stream may yet turn out to have broken off. */
const SAYS_NOTHING: ReadonlySet<V4StreamPart['type']> = new Set([
  'tool-input-end',
  'text-end',
  'reasoning-end',
  'response-metadata',
  'raw',
  'ping',
  'error',
])

/** Reads one stream of an AI SDK model. @param provider id of the rt provider: metadata is kept under it. */
export const createV4StreamReader = (provider: string, model: string): V4StreamReader => {
  let finished = false
  let called = false
  /** A block that ended with no metadata: whether its part is complete shows when another block of its type begins. */
  let unsealed: Block | undefined
  const metadata = new Map<string, V4Metadata>()
  const started = new Set<string>()
  const told = new Set<string>()
  /** Ends of calls, until it shows that the answer went on: some packages end open calls when a stream breaks off. */
  let ended: StreamPart[] = []

  const gather = (id: string, more: V4Metadata | undefined): void => {
    if (!more) return
    const known = { ...metadata.get(id) }
    for (const [name, data] of Object.entries(more)) known[name] = { ...known[name], ...data }
    metadata.set(id, known)
  }
  const keep = (data: V4Metadata | undefined): { provider?: Record<string, JsonObject> } =>
    data && Object.keys(data).length > 0 ? { provider: { [provider]: data as JsonObject } } : {}
  const begin = (block: Block): StreamPart[] => {
    const seal = unsealed === block
    unsealed = undefined
    return seal ? [{ type: `${block}-delta`, text: '', provider: {} }] : []
  }
  const end = (block: Block, id: string): StreamPart[] => {
    const kept = keep(metadata.get(id))
    metadata.delete(id)
    if (kept.provider) return [{ type: `${block}-delta`, text: '', ...kept }]
    unsealed = block
    return []
  }
  const warnOnce = (id: string, message: string): StreamPart[] => {
    if (told.has(message)) return []
    told.add(message)
    return [{ type: 'warning', id, message }]
  }

  const convert = (part: V4StreamPart): StreamPart[] => {
    switch (part.type) {
      case 'stream-start':
        return part.warnings.map((warning) => ({ type: 'warning', id: 'ai-sdk', message: warningText(warning, model) }))
      case 'text-start':
      case 'reasoning-start':
        gather(part.id, part.providerMetadata)
        return begin(part.type === 'text-start' ? 'text' : 'reasoning')
      case 'text-delta':
      case 'reasoning-delta':
        gather(part.id, part.providerMetadata)
        return part.delta ? [{ type: part.type, text: part.delta }] : []
      case 'text-end':
      case 'reasoning-end':
        gather(part.id, part.providerMetadata)
        return end(part.type === 'text-end' ? 'text' : 'reasoning', part.id)
      case 'tool-input-start':
        if (part.providerExecuted) return []
        started.add(part.id)
        return [{ type: 'tool-call-start', id: part.id, name: part.toolName }]
      case 'tool-input-delta':
        return started.has(part.id) && part.delta ? [{ type: 'tool-call-delta', id: part.id, delta: part.delta }] : []
      case 'tool-call':
        return part.providerExecuted
          ? warnOnce('ai-sdk/provider-tool', ranItself(model, part.toolName))
          : readCall(part)
      case 'file':
      case 'reasoning-file':
      case 'custom':
        return warnOnce('ai-sdk/content', `${model} answered with a ${part.type} part, which rt does not keep.`)
      case 'tool-approval-request':
        throw new RtError({
          code: 'unsupported',
          message: `${model} asks to approve a tool of its own, which rt cannot answer.`,
          hint: 'switch the approval off where the model is made.',
        })
      case 'finish': {
        finished = true
        const usage = fromV4Usage(part.usage)
        const failure = failureOf(part.finishReason, model)
        const last: StreamPart = failure
          ? { type: 'error', error: failure.toJSON(), usage }
          : { type: 'finish', finishReason: toFinishReason(part.finishReason, called), usage }
        return [{ type: 'usage', usage }, last]
      }
      case 'error':
        throw fromV4Error(part.error, model)
      default:
        return []
    }
  }
  const readCall = (part: Extract<V4StreamPart, { type: 'tool-call' }>): StreamPart[] => {
    called = true
    const { toolCallId: id, toolName: name, input } = part
    const parts: StreamPart[] = started.has(id) ? [] : [{ type: 'tool-call-start', id, name }]
    if (!started.has(id) && input) parts.push({ type: 'tool-call-delta', id, delta: input })
    started.delete(id)
    ended.push({ type: 'tool-call-end', id, name, arguments: parseArguments(input), ...keep(part.providerMetadata) })
    return parts
  }
  const release = (part: V4StreamPart): StreamPart[] => {
    if (SAYS_NOTHING.has(part.type)) return []
    if (part.type === 'tool-call' && started.has(part.toolCallId)) return []
    if (part.type === 'finish' && failureOf(part.finishReason, model)) return []
    const released = ended
    ended = []
    return released
  }
  return {
    read: (part) => [...release(part), ...convert(part)],
    get finished() {
      return finished
    },
  }
}

const failureOf = ({ unified, raw }: V4FinishReason, model: string): RtError | undefined =>
  unified === 'error' || unified === 'interrupted'
    ? new RtError({
        code: 'provider_error',
        message: `${model} ended its answer with ${JSON.stringify(unified)}${raw && raw !== unified ? ` (${cleanMessage(raw)})` : ''}.`,
      })
    : undefined

const toFinishReason = ({ unified }: V4FinishReason, called: boolean): FinishReason => {
  if (unified === 'length' || unified === 'content-filter') return unified
  return called ? 'tool-calls' : 'stop'
}

const ranItself = (model: string, tool: string): string =>
  `${model} ran its own tool ${JSON.stringify(tool)}; rt keeps what it says about the result, not the call.`

const warningText = (warning: V4Warning, model: string): string => {
  if (warning.type === 'other') return `${model}: ${warning.message}`
  if (warning.type === 'deprecated') return `${model}: ${warning.setting} is deprecated. ${warning.message}`
  const what = warning.type === 'unsupported' ? 'does not support' : 'emulates'
  return `${model} ${what} ${warning.feature}${warning.details ? `: ${warning.details}` : '.'}`
}
