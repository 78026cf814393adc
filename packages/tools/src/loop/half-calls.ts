import type { StreamPart } from '@rt/core'

type End = Extract<StreamPart, { type: 'tool-call-end' }>

/** Calls a model began and never ended. What is there of their arguments is text, which no tool takes: so the model is told. */
export const createHalfCalls = (): { see(part: StreamPart): void; ends(): End[] } => {
  const open = new Map<string, { name: string; text: string }>()
  return {
    see(part) {
      if (part.type === 'tool-call-start') open.set(part.id, { name: part.name, text: '' })
      else if (part.type === 'tool-call-delta') {
        const call = open.get(part.id)
        if (call) call.text += part.delta
      } else if (part.type === 'tool-call-end') open.delete(part.id)
    },
    ends: () => [...open].map(([id, { name, text }]) => ({ type: 'tool-call-end', id, name, arguments: text })),
  }
}
