import type { AnswerReader } from './answer-reader.ts'
import { parseOutput } from './parse-output.ts'

/** Reads the arguments of a call alone, which is known already. */
export const createArgumentsReader = (id: string, name: string): AnswerReader => {
  let args = ''
  return {
    push(text) {
      if (!text) return { parts: [], done: false }
      const isFirst = args === ''
      args += text
      return {
        parts: [
          ...(isFirst ? [{ type: 'tool-call-start', id, name } as const] : []),
          { type: 'tool-call-delta', id, delta: text },
        ],
        done: false,
      }
    },
    end: (reason) => ({
      parts: [{ type: 'tool-call-end', id, name, arguments: parseOutput(args, reason) }],
      finishReason: 'tool-calls',
    }),
  }
}
