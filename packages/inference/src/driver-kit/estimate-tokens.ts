import type { Part, Prompt } from '@rt/core'

/** English has about four bytes a token; rather too many tokens than too few. */
const BYTES_PER_TOKEN = 3.5
/** What templates add around a message, a tool or a call. */
const FRAME = 4
/** A picture or page of common size. Providers count them by pixels, which takes decoding. */
const FILE = 1600

/** A guess at the tokens of a prompt, where no counter can be asked: by its UTF-8 bytes, so that it holds for all scripts. */
export const estimateTokens = ({ messages, tools = [], output }: Prompt): number => {
  const schema = output?.type === 'json' && output.schema ? JSON.stringify(output.schema) : ''
  const parts = messages.flatMap((message) => message.parts)
  return (
    parts.reduce((sum, part) => sum + partTokens(part), 0) +
    messages.length * FRAME +
    tools.reduce((sum, tool) => sum + textTokens(JSON.stringify(tool)) + FRAME, 0) +
    textTokens(schema)
  )
}

export const textTokens = (text: string): number => Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN)

const partTokens = (part: Part): number => {
  if (part.type === 'text' || part.type === 'reasoning') return textTokens(part.text)
  if (part.type === 'tool-call') return textTokens(part.name + JSON.stringify(part.arguments)) + FRAME
  if (part.type === 'tool-result') return textTokens(part.name + JSON.stringify(part.result)) + FRAME
  if (part.type !== 'file') return 0
  return part.mediaType.startsWith('text/') ? Math.ceil(part.data.length / BYTES_PER_TOKEN) : FILE
}
