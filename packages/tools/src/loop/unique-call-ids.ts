import type { Message, StreamPart } from '@rt/core'

/**
 * Gives every tool call of a conversation its own id: models count from `call_0` in each answer, or use one id twice.
 * The first use keeps its id, later ones get a suffix; deltas and ends follow their start.
 */
export const createUniqueCallIds = (...conversation: Message[][]): ((part: StreamPart) => StreamPart) => {
  // Loops: a conversation may be long, and this is done for each run.
  const used = new Set<string>()
  for (const messages of conversation)
    for (const { parts } of messages) for (const part of parts) if (part.type === 'tool-call') used.add(part.id)
  const open = new Map<string, string[]>()

  const claim = (id: string): string => {
    let unique = id
    for (let n = 2; used.has(unique); n++) unique = `${id}_${n}`
    used.add(unique)
    return unique
  }
  return (part) => {
    if (part.type === 'tool-call-start') {
      const id = claim(part.id)
      open.set(part.id, [...(open.get(part.id) ?? []), id])
      return { ...part, id }
    }
    if (part.type === 'tool-call-delta') return { ...part, id: open.get(part.id)?.at(-1) ?? part.id }
    if (part.type === 'tool-call-end') {
      return { ...part, id: open.get(part.id)?.shift() ?? claim(part.id) }
    }
    return part
  }
}
