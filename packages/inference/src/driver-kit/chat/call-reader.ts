import type { StreamPart } from '@rt/core'
import type { AnswerReader } from './answer-reader.ts'
import { createCallId } from './call-parts.ts'
import { incompleteOutput, parseOutput } from './parse-output.ts'

/** What the grammar of a forced call writes before the arguments. */
const CALL_HEAD = /^\{"name":("(?:[^"\\]|\\.)*"),"arguments":/

/** A forced call: its name is announced as soon as it is known, its arguments stream as they are written. */
export const createCallReader = (): AnswerReader => {
  const id = createCallId()
  let head = ''
  let name: string | undefined
  let args = ''
  /** Everything but the last character, which closes the wrapper when the answer is complete. */
  let held = ''
  const readArguments = (text: string): StreamPart[] => {
    const all = held + text
    held = all.slice(-1)
    const delta = all.slice(0, -1)
    args += delta
    return delta ? [{ type: 'tool-call-delta', id, delta }] : []
  }
  return {
    push(text) {
      if (name !== undefined) return { parts: readArguments(text), done: false }
      head += text
      const match = CALL_HEAD.exec(head)
      if (!match) return { parts: [], done: false }
      name = JSON.parse(match[1]!) as string
      return {
        parts: [{ type: 'tool-call-start', id, name }, ...readArguments(head.slice(match[0].length))],
        done: false,
      }
    },
    end(reason) {
      if (name === undefined || held !== '}') throw incompleteOutput(head + args + held, reason)
      const value = parseOutput(args, reason)
      return { parts: [{ type: 'tool-call-end', id, name, arguments: value }], finishReason: 'tool-calls' }
    },
  }
}
