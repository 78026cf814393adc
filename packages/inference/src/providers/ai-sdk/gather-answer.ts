import { RtError } from '@rt/core'
import type { V4Content, V4GenerateResult, V4StreamPart } from './v4-language-model.ts'

/**
 * A whole answer from its stream, block by block.
 *
 * @throws the error the stream carries.
 */
export const gatherAnswer = async (stream: ReadableStream<V4StreamPart>): Promise<V4GenerateResult> => {
  const content: V4Content[] = []
  const open = new Map<string, Extract<V4Content, { type: 'text' | 'reasoning' }>>()
  let result: Pick<V4GenerateResult, 'warnings' | 'response'> = { warnings: [] }
  for await (const part of stream) {
    if (part.type === 'stream-start') result = { ...result, warnings: part.warnings }
    else if (part.type === 'response-metadata') {
      const { type: _, ...response } = part
      result = { ...result, response }
    } else if (part.type === 'text-start' || part.type === 'reasoning-start') {
      const block = { type: part.type === 'text-start' ? ('text' as const) : ('reasoning' as const), text: '' }
      open.set(part.id, block)
      content.push(block)
    } else if (part.type === 'text-delta' || part.type === 'reasoning-delta') open.get(part.id)!.text += part.delta
    else if (part.type === 'text-end' || part.type === 'reasoning-end') {
      if (part.providerMetadata) open.get(part.id)!.providerMetadata = part.providerMetadata
    } else if (part.type === 'tool-call') content.push(part)
    else if (part.type === 'error') throw part.error
    else if (part.type === 'finish') {
      const { finishReason, usage, providerMetadata } = part
      return { ...result, content, finishReason, usage, ...(providerMetadata && { providerMetadata }) }
    }
  }
  throw new RtError({ code: 'internal', message: 'a stream ended without a finish.' })
}
