import type { JsonValue, StreamPart, ToolSpec } from '@rt/core'
import { parseArguments } from '../parse-arguments.ts'
import { readObject } from '../parse-tool-call.ts'
import { createCallId } from './call-parts.ts'

/** The beginning of a call, up to where its arguments begin. */
export interface CallHead {
  name: string
  length: number
}

const HEAD =
  /^\s*(?:```\w*\s*)?\{\s*(?:"type"\s*:\s*"function"\s*,\s*)?"name"\s*:\s*"([\w.-]{1,128})"\s*,\s*"(?:arguments|parameters)"\s*:/

/** The head of a call of one of the tools, when `text` begins with all of it. */
export const callHead = (text: string, tools: readonly ToolSpec[]): CallHead | undefined => {
  const match = HEAD.exec(text)
  return match && tools.some(({ name }) => name === match[1]) ? { name: match[1]!, length: match[0].length } : undefined
}

/** A call whose arguments are read while they are written. */
export interface WrittenCall {
  readonly name: string
  /** The arguments, so far as they are written. */
  readonly text: string
  /** All brackets of the arguments are closed, or something stands there that is no JSON. */
  readonly whole: boolean
  /** Reads up to where the arguments end. @returns what came of it, and what is behind them. */
  push(text: string): { parts: StreamPart[]; rest: string }
  /** The call as its tool is to get it; brackets that are missing are added. */
  value(): JsonValue
  /** What is left to be said of the call. */
  end(value: JsonValue): StreamPart[]
}

/** What JSON is made of where it is no string. */
const OUTSIDE = /[\s{}[\],:"\w.+-]/

/** @param earlier arguments of calls of this tool: as long as these may be the same ones again nothing is said. */
export const createWrittenCall = (name: string, earlier: readonly string[]): WrittenCall => {
  const id = createCallId()
  let text = ''
  /** So much of the text has been said; undefined = not even that there is a call. */
  let said: number | undefined
  let depth = 0
  let inString = false
  let escaped = false
  let broken = false

  const speak = (): StreamPart[] => {
    const parts: StreamPart[] = said === undefined ? [{ type: 'tool-call-start', id, name }] : []
    const delta = text.slice(said)
    said = text.length
    return delta ? [...parts, { type: 'tool-call-delta', id, delta }] : parts
  }
  const step = (char: string): void => {
    if (!inString && !OUTSIDE.test(char)) {
      broken = true
      return
    }
    text += char
    if (escaped) escaped = false
    else if (inString) {
      if (char === '\\') escaped = true
      else if (char === '"') inString = false
    } else if (char === '"') inString = true
    else if (char === '{' || char === '[') depth++
    else if (char === '}' || char === ']') depth--
  }
  return {
    name,
    get text() {
      return text
    },
    get whole() {
      return broken || (text !== '' && depth === 0)
    },
    push(piece) {
      let at = 0
      for (; at < piece.length && !this.whole; at++) step(piece[at]!)
      if (broken) at--
      const mayRepeat = said === undefined && earlier.some((one) => one.startsWith(text))
      return { parts: mayRepeat || at === 0 ? [] : speak(), rest: piece.slice(at) }
    },
    value: () => parseArguments(readObject(text, 0).json || text),
    end: (value) => [...speak(), { type: 'tool-call-end', id, name, arguments: value }],
  }
}
