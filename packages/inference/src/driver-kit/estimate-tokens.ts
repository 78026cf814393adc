import type { Part, Prompt } from '@rt/core'

/** What templates add around a message or a tool. */
const FRAME = 4
/** A picture or page of common size. Providers count them by pixels, which takes decoding. */
const FILE = 1500
const encoder = new TextEncoder()

/**
 * A guess at the tokens of a prompt, for APIs that have no counter: a quarter of its UTF-8 bytes. That is near for English,
 * and high for scripts of several bytes a letter, where tokens are shorter.
 */
export const estimateTokens = ({ messages, tools = [], output }: Prompt): number => {
  const parts = messages.flatMap((message) => message.parts)
  const schema = output?.type === 'json' && output.schema ? JSON.stringify(output.schema) : ''
  return (
    parts.reduce((sum, part) => sum + partTokens(part), 0) +
    messages.length * FRAME +
    tools.reduce((sum, tool) => sum + textTokens(JSON.stringify(tool)) + FRAME, 0) +
    textTokens(schema)
  )
}

export const textTokens = (text: string): number => Math.ceil(encoder.encode(text).length / 4)

const partTokens = (part: Part): number => {
  if (part.type === 'text' || part.type === 'reasoning') return textTokens(part.text)
  if (part.type === 'tool-call') return textTokens(part.name + JSON.stringify(part.arguments))
  if (part.type === 'tool-result') return textTokens(part.name + JSON.stringify(part.result))
  return part.type === 'file' ? FILE : 0
}
