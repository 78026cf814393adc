import type { JsonValue, StreamPart } from '@rt/core'
import type { AnswerReader } from '../../driver-kit/chat/answer-reader.ts'
import { findArguments } from '../../driver-kit/chat/find-arguments.ts'
import type { AnswerPlan } from '../../driver-kit/chat/plan-answer.ts'

/** A call of an answer, and where its arguments begin in all that the model wrote. */
export interface FoundCall {
  id: string
  name: string
  start: number
}

export interface CallWatch {
  /** The plan, whose readers are watched. */
  plan: AnswerPlan
  /** What was written so far. */
  text(): string
  /** Calls whose arguments stand in it as they were read. */
  calls(): FoundCall[]
}

/** Sees the text and the calls of an answer while it is read. */
export const watchCalls = (plan: AnswerPlan): CallWatch => {
  let text = ''
  /** Behind what was thought, where a call may only have been considered. */
  let answered = 0
  const ended: { id: string; name: string; arguments: JsonValue }[] = []
  const note = (parts: StreamPart[]): void => {
    for (const part of parts) if (part.type === 'tool-call-end') ended.push(part)
  }
  const watched = (reader: AnswerReader & { readonly thinking?: boolean }): AnswerReader & { thinking?: boolean } => ({
    get thinking() {
      return reader.thinking ?? false
    },
    get calling() {
      return reader.calling
    },
    cut: (piece) => reader.cut?.(piece),
    push(piece) {
      const { thinking } = reader
      text += piece
      if (thinking) answered = text.length
      const read = reader.push(piece)
      note(read.parts)
      return read
    },
    end(reason) {
      const last = reader.end(reason)
      note(last.parts)
      return last
    },
  })
  return {
    plan: { ...plan, createReader: () => watched(plan.createReader()) },
    text: () => text,
    calls() {
      let from = answered
      return ended.flatMap(({ id, name, arguments: args }) => {
        const found = findArguments(text, args, from)
        if (!found) return []
        from = found.end
        return [{ id, name, start: found.start }]
      })
    },
  }
}
