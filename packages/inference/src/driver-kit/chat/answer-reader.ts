import {
  createSecretId,
  RtError,
  type FinishReason,
  type JsonValue,
  type ModelRequest,
  type StreamPart,
  type ToolSpec,
} from '@rt/core'
import { parseToolCall } from '../index.ts'
import { createStopDetector } from './stop-detector.ts'

/** Why the model stopped writing: it said so, or it ran out of tokens. */
export type AnswerEnd = 'stop' | 'length'

/** Reads the model's text as it comes and says which parts it makes. */
export interface AnswerReader {
  /** `done`: the answer is complete, the model need not go on. */
  push(text: string): { parts: StreamPart[]; done: boolean }
  /** @throws RtError `model_output` when what was forced, or a call that was begun, is not complete. */
  end(reason: AnswerEnd): { parts: StreamPart[]; finishReason: FinishReason }
}

/** The reader a request asks for. Stop strings do not apply inside forced output: they would tear it. */
export const createAnswerReader = ({ tools = [], toolChoice = 'auto', output, stop }: ModelRequest): AnswerReader => {
  if (tools.length && toolChoice !== 'none')
    return toolChoice === 'auto' ? createAutoReader(tools, stop) : createCallReader()
  return output?.type === 'json' ? createJsonReader() : createTextReader(stop)
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

const createJsonReader = (): AnswerReader => {
  let all = ''
  return {
    push(text) {
      all += text
      return { parts: textParts(text), done: false }
    },
    end(reason) {
      parseOutput(all, reason)
      return { parts: [], finishReason: 'stop' }
    },
  }
}

/** What the grammar of a forced call writes before the arguments. */
const CALL_HEAD = /^\{"name":("(?:[^"\\]|\\.)*"),"arguments":/

/** A forced call: its name is announced as soon as it is known, its arguments stream as they are written. */
const createCallReader = (): AnswerReader => {
  const id = callId()
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
      if (name === undefined || held !== '}') throw incomplete(head + args + held, reason)
      const value = parseOutput(args, reason)
      return { parts: [{ type: 'tool-call-end', id, name, arguments: value }], finishReason: 'tool-calls' }
    },
  }
}

/**
 * Free choice: text that begins like a call is held back until it proves to be one, or not; any other beginning streams
 * as text from the first character.
 */
const createAutoReader = (tools: ToolSpec[], stop: string[] | undefined): AnswerReader => {
  const text = createTextReader(stop)
  let held: string | undefined = ''
  const release = (): ReturnType<AnswerReader['push']> => {
    const all = held ?? ''
    held = undefined
    return text.push(all)
  }
  return {
    push(piece) {
      if (held === undefined) return text.push(piece)
      held += piece
      if (!mayBecomeCall(held)) return release()
      // Only a closing bracket completes a call: avoids parsing after every token.
      return { parts: [], done: piece.includes('}') && parseToolCall(held, tools) !== undefined }
    },
    end(reason) {
      const call = held === undefined ? undefined : parseToolCall(held, tools, { repair: reason === 'stop' })
      if (!call) {
        if (reason === 'length' && held !== undefined && isCutCall(held, tools)) throw incomplete(held, reason)
        const { parts } = held === undefined ? { parts: [] } : release()
        const rest = text.end(reason)
        return { parts: [...parts, ...rest.parts], finishReason: rest.finishReason }
      }
      const id = callId()
      const delta = JSON.stringify(call.arguments)
      const { name, arguments: args } = call
      return {
        parts: [
          { type: 'tool-call-start', id, name },
          { type: 'tool-call-delta', id, delta },
          { type: 'tool-call-end', id, name, arguments: args },
        ],
        finishReason: 'tool-calls',
      }
    },
  }
}

const CALL_BEGINNINGS = ['{', '[{', '<tool_call>', '<function', '```json', '```\n{', '```tool']

const mayBecomeCall = (text: string): boolean => {
  const start = text.trimStart()
  return CALL_BEGINNINGS.some((beginning) => start.startsWith(beginning) || beginning.startsWith(start))
}

/**
 * Whether text that ran out of tokens was on its way to a call: it names a tool there is, or it has no name yet and
 * begins with nothing but what a call begins with. Any other JSON is an answer that is only shorter.
 */
const isCutCall = (text: string, tools: ToolSpec[]): boolean => {
  const name = /"name"\s*:\s*"([^"]*)"/.exec(text)?.[1]
  if (name !== undefined) return tools.some((tool) => tool.name === name)
  return CUT_TAG.test(text) || CUT_OBJECT.test(text)
}

const CUT_TAG = /^\s*<[a-z_]*>?[^{]*$/
/** Up to the first key, or past it where it is one of a call's. */
const CUT_OBJECT =
  /^[^{]*\{\s*(?:"\w*|"(?:name|arguments|parameters|function)"\s*(?::.*)?|"type"\s*(?::\s*(?:"\w*|"function".*)?)?)?$/s

const parseOutput = (text: string, reason: AnswerEnd): JsonValue => {
  const value = parseJson(text, reason)
  // Of all JSON only a number is still JSON when it is cut.
  if (reason === 'length' && typeof value === 'number') throw incomplete(text, reason)
  return value
}

const parseJson = (text: string, reason: AnswerEnd): JsonValue => {
  try {
    return JSON.parse(text) as JsonValue
  } catch (cause) {
    throw incomplete(text, reason, cause)
  }
}

const incomplete = (text: string, reason: AnswerEnd, cause?: unknown): RtError =>
  new RtError({
    code: 'model_output',
    message: `the model's JSON is not complete (${text.length} characters written, ${reason === 'length' ? 'out of tokens' : 'it stopped by itself'}).`,
    hint:
      reason === 'length'
        ? 'Raise maxOutputTokens, or bound strings and arrays in the schema.'
        : 'Try again, or simplify the schema.',
    data: { text: text.slice(0, 2000), reason },
    cause,
  })

const textParts = (text: string): StreamPart[] => (text ? [{ type: 'text-delta', text }] : [])

const callId = (): string => `call_${createSecretId().slice(0, 12)}`
