import type { FinishReason, JsonSchema, ModelRequest, StreamPart } from '@rt/core'
import { checkAnswer } from '../schema/check-answer.ts'
import { createCallOrAnswerReader } from './call-or-answer-reader.ts'
import { parseOutput } from './parse-output.ts'
import { createCallReader } from './call-reader.ts'
import { createChoiceReader } from './choice-reader.ts'
import { createStopDetector } from './stop-detector.ts'

/** Why the model stopped writing: it said so, or it ran out of tokens. */
export type AnswerEnd = 'stop' | 'length'

/** What a piece of an answer has become. */
export interface AnswerRead {
  parts: StreamPart[]
  /** The answer is complete, the model need not go on. */
  done: boolean
  /** The model is to go on with this text, as if it had written it. */
  feed?: string
}

/** Reads the model's text as it comes and says which parts it makes. */
export interface AnswerReader {
  /** The tool whose arguments the model is about to write, or writes: a grammar may hold it to them from here on. */
  readonly calling?: string | undefined
  /**
   * How much of a piece may stand where arguments begin in the middle of it: what is behind them was written under no grammar.
   * undefined = all of it.
   */
  cut?(piece: () => string): number | undefined
  push(text: string): AnswerRead
  /** @throws RtError `model_output` when what was forced, or a call that was begun, is not complete. */
  end(reason: AnswerEnd): { parts: StreamPart[]; finishReason: FinishReason }
}

/** The reader a request asks for. Stop strings do not apply inside forced output: they would tear it. */
export const createAnswerReader = ({ tools = [], toolChoice = 'auto', output, stop }: ModelRequest): AnswerReader => {
  const json = output?.type === 'json' ? createJsonReader(output.schema) : undefined
  if (tools.length && toolChoice !== 'none') {
    if (toolChoice !== 'auto') return createCallReader()
    return json
      ? createCallOrAnswerReader(tools, { call: createCallReader(), answer: json })
      : createChoiceReader(tools, createTextReader(stop))
  }
  return json ?? createTextReader(output?.type === 'grammar' ? undefined : stop)
}

const createTextReader = (stop: string[] | undefined): AnswerReader => {
  const detector = createStopDetector(stop)
  return {
    push(text) {
      const ready = detector.push(text)
      return { parts: textParts(ready.text), done: ready.stopped }
    },
    end: (reason) => ({ parts: textParts(detector.end()), finishReason: reason }),
  }
}

const createJsonReader = (schema: JsonSchema | undefined): AnswerReader => {
  let all = ''
  return {
    push(text) {
      all += text
      return { parts: textParts(text), done: false }
    },
    end(reason) {
      const value = parseOutput(all, reason)
      if (schema) checkAnswer(value, schema)
      return { parts: [], finishReason: 'stop' }
    },
  }
}

const textParts = (text: string): StreamPart[] => (text ? [{ type: 'text-delta', text }] : [])
