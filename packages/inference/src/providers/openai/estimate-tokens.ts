import type { Part, Prompt } from '@rt/core'

/** What an image costs in most of these APIs, about. */
const IMAGE = 1000

/** A guess on the safe side: text is counted at 3.5 bytes a token, where English has 4. */
export const estimateTokens = ({ messages, tools = [], output }: Prompt): number => {
  const schema = output?.type === 'json' ? output.schema : undefined
  const fixed = bytes(tools.length > 0 ? JSON.stringify(tools) : '') + bytes(schema ? JSON.stringify(schema) : '')
  const said = messages.flatMap(({ parts }) => parts).reduce((sum, part) => sum + partTokens(part), 0)
  return Math.ceil(fixed / 3.5) + said + messages.length * 4 + 3
}

const partTokens = (part: Part): number => {
  if (part.type === 'file') return IMAGE
  if (part.type === 'citation') return 0
  if (part.type === 'tool-call') return Math.ceil(bytes(part.name + JSON.stringify(part.arguments)) / 3.5) + 8
  if (part.type === 'tool-result') return Math.ceil(bytes(JSON.stringify(part.result)) / 3.5) + 8
  return Math.ceil(bytes(part.text) / 3.5)
}

const bytes = (text: string): number => Buffer.byteLength(text)
