import type { JsonObject, JsonValue, StreamPart, Usage } from '@rt/core'
import { parseArguments } from '../../driver-kit/parse-arguments.ts'
import type { AnswerTool } from './answer-tool.ts'
import { type Block, isObject, textField, type WireDelta, type WireEvent, type WireUsage } from './wire.ts'

export interface AnswerReader {
  /** What an event means. A block's last part comes with its end, or with the next block. */
  read(event: WireEvent): StreamPart[]
  /** Finished blocks as the API would take them back. */
  readonly blocks: Block[]
  /** Undefined: none came. */
  readonly usage: Usage | undefined
  readonly stopReason: string | undefined
  readonly stopDetails: WireDelta['stop_details']
  /** The forced tool was called: the answer is text. */
  readonly answered: boolean
}

/**
 * Reads one answer.
 *
 * @param provider files signatures, citations and blocks of server tools in `provider` of the parts.
 * @param answerTool its arguments are the answer.
 */
export const createAnswerReader = (provider: string, answerTool: AnswerTool | undefined): AnswerReader => {
  const open = new Map<number, OpenBlock>()
  const blocks: Block[] = []
  let wire: WireUsage | undefined
  let stopReason: string | undefined
  let stopDetails: WireDelta['stop_details']
  let answered = false
  /** A block of this kind has ended, and nothing was said that ends its part. */
  let unsealed: 'text-delta' | 'reasoning-delta' | undefined

  const keep = (data: JsonObject): { provider: Record<string, JsonObject> } => ({ provider: { [provider]: data } })
  const seal = (type: 'text-delta' | 'reasoning-delta'): StreamPart[] => {
    const needed = unsealed === type
    unsealed = undefined
    return needed ? [{ type, text: '', provider: {} }] : []
  }

  const start = (index: number, block: Block): StreamPart[] => {
    const isAnswer = block.type === 'tool_use' && block['name'] === answerTool?.name
    open.set(index, { block: { ...block }, json: '', isAnswer })
    if (block.type === 'text') return [...seal('text-delta'), ...textOf(block['text'], 'text-delta')]
    if (block.type === 'thinking') return [...seal('reasoning-delta'), ...textOf(block['thinking'], 'reasoning-delta')]
    if (block.type === 'redacted_thinking') return seal('reasoning-delta')
    if (block.type === 'tool_use') {
      unsealed = undefined
      return isAnswer ? [] : [{ type: 'tool-call-start', id: textField(block['id']), name: textField(block['name']) }]
    }
    return seal('text-delta')
  }

  const add = (state: OpenBlock, delta: WireDelta & { type?: string }): StreamPart[] => {
    const { block, isAnswer } = state
    if (delta.type === 'text_delta') {
      block['text'] = `${textField(block['text'])}${delta.text ?? ''}`
      return textOf(delta.text, 'text-delta')
    }
    if (delta.type === 'thinking_delta') {
      block['thinking'] = `${textField(block['thinking'])}${delta.thinking ?? ''}`
      return textOf(delta.thinking, 'reasoning-delta')
    }
    if (delta.type === 'signature_delta')
      block['signature'] = `${textField(block['signature'])}${delta.signature ?? ''}`
    if (delta.type === 'citations_delta' && delta.citation)
      block['citations'] = [...(Array.isArray(block['citations']) ? block['citations'] : []), delta.citation]
    if (delta.type !== 'input_json_delta' || !delta.partial_json) return []
    state.json += delta.partial_json
    if (isAnswer) return answerTool!.wrapped ? [] : [{ type: 'text-delta', text: delta.partial_json }]
    return block.type === 'tool_use'
      ? [{ type: 'tool-call-delta', id: textField(block['id']), delta: delta.partial_json }]
      : []
  }

  const end = ({ block, json, isAnswer }: OpenBlock): StreamPart[] => {
    if (json || block.type === 'tool_use' || block.type === 'server_tool_use') {
      const input = parseArguments(json, block['input'])
      // What is no object cannot be sent back as one.
      block['input'] = isObject(input) ? input : {}
      if (isAnswer) {
        answered = true
        return answerText(answerTool!, input, json)
      }
      if (block.type === 'tool_use') {
        blocks.push(block)
        return [toolCall(block, input, keep)]
      }
    }
    if (block.type === 'text' && !block['text']) return []
    blocks.push(block)
    if (block.type === 'text') {
      if (!Array.isArray(block['citations']) || block['citations'].length === 0) {
        unsealed = 'text-delta'
        return []
      }
      return [{ type: 'text-delta', text: '', ...keep({ citations: block['citations'] }) }]
    }
    if (block.type === 'thinking') {
      if (block['signature']) return [{ type: 'reasoning-delta', text: '', ...keep({ signature: block['signature'] }) }]
      unsealed = 'reasoning-delta'
      return []
    }
    if (block.type === 'redacted_thinking')
      return [{ type: 'reasoning-delta', text: '', ...keep({ redacted: block['data'] ?? '' }) }]
    return [{ type: 'text-delta', text: '', ...keep({ block }) }]
  }

  return {
    blocks,
    get usage() {
      return wire && toUsage(wire)
    },
    get stopReason() {
      return stopReason
    },
    get stopDetails() {
      return stopDetails
    },
    get answered() {
      return answered
    },
    read(event) {
      const index = event.index ?? 0
      // Counts are of the whole answer so far; what is left out has not changed.
      const usage = event.message?.usage ?? event.usage
      if (usage) wire = { ...wire, ...Object.fromEntries(Object.entries(usage).filter(([, count]) => count !== null)) }
      if (event.type === 'content_block_start' && event.content_block) return start(index, event.content_block)
      const block = open.get(index)
      if (event.type === 'content_block_delta' && block && event.delta) return add(block, event.delta)
      if (event.type === 'content_block_stop' && block) {
        open.delete(index)
        return end(block)
      }
      if (event.type === 'message_delta') {
        stopReason = event.delta?.stop_reason ?? stopReason
        stopDetails = event.delta?.stop_details ?? stopDetails
      }
      return []
    },
  }
}

interface OpenBlock {
  block: Block
  /** Arguments so far. */
  json: string
  isAnswer: boolean
}

const textOf = (text: JsonValue | undefined, type: 'text-delta' | 'reasoning-delta'): StreamPart[] =>
  typeof text === 'string' && text ? [{ type, text }] : []

const toolCall = (block: Block, input: JsonValue, keep: (data: JsonObject) => object): StreamPart => {
  const { caller, toolset_name: toolset } = block
  // Called by the model itself: nothing to tell it.
  const byCode = isObject(caller) && caller['type'] !== 'direct'
  return {
    type: 'tool-call-end',
    id: textField(block['id']),
    name: textField(block['name']),
    arguments: input,
    ...((byCode || toolset) && keep({ ...(byCode && { caller }), ...(toolset && { toolset }) })),
  }
}

const answerText = ({ wrapped }: AnswerTool, input: JsonValue, json: string): StreamPart[] => {
  if (!wrapped) return json ? [] : [{ type: 'text-delta', text: JSON.stringify(input) }]
  const value = isObject(input) ? input['value'] : input
  return [{ type: 'text-delta', text: JSON.stringify(value ?? null) }]
}

const toUsage = (usage: WireUsage): Usage => ({
  input: usage.input_tokens ?? 0,
  cacheRead: usage.cache_read_input_tokens ?? 0,
  cacheWrite: usage.cache_creation_input_tokens ?? 0,
  output: usage.output_tokens ?? 0,
  reasoning: usage.output_tokens_details?.thinking_tokens ?? 0,
})
