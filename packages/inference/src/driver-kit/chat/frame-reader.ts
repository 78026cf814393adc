import type { StreamPart, ToolSpec } from '@rt/core'
import type { AnswerRead, AnswerReader } from './answer-reader.ts'
import { createCallId } from './call-parts.ts'
import { createMarkerScanner } from './marker-scanner.ts'
import { incompleteOutput, parseOutput } from './parse-output.ts'
import type { ReasoningFormat } from './reasoning-formats.ts'
import type { Beginning, ThoughtReader } from './thought-reader.ts'

/** Control texts of an answer made of messages with headers. */
export const FRAME_MARKERS: readonly string[] = [
  '<|start|>',
  '<|channel|>',
  '<|constrain|>',
  '<|message|>',
  '<|end|>',
  '<|call|>',
  '<|return|>',
]

/** Longest header: the name of a tool has 64 characters. */
const LONGEST_HEADER = 400
const HEADER_END = '<|message|>'
const BODY_ENDS = ['<|end|>', '<|call|>', '<|return|>', '<|start|>']

type Kind = 'thought' | 'text' | 'call'

/**
 * Reads an answer of messages, each with a header that says what it is: `<|channel|>analysis<|message|>` is thought,
 * `<|channel|>commentary to=functions.x<|message|>{…}` is a call, all else text.
 *
 * @param answer reads the text.
 */
export const createFrameReader = (
  { answerText }: ReasoningFormat,
  { begins, forced, tools, answer }: { begins: Beginning; forced: boolean; tools: ToolSpec[]; answer: AnswerReader },
): ThoughtReader => {
  /** Undefined in a header. */
  let body: Kind | undefined = FIRST[begins]
  let header = ''
  let call: { id: string; name: string; arguments: string; told: boolean } | undefined
  let bodies = 0
  let calls = 0
  let scanner = createMarkerScanner(body ? BODY_ENDS : [HEADER_END])

  const enter = (kind: Kind | undefined): void => {
    body = kind
    header = ''
    scanner = createMarkerScanner(kind ? BODY_ENDS : [HEADER_END])
  }
  const readHeader = (piece: string): AnswerRead => {
    const { text, marker, rest } = scanner.push(piece)
    header += text
    if (marker === undefined) {
      if (header.length <= LONGEST_HEADER && /^\s*(?:<|to=|assistant|analysis|final|commentary|$)/.test(header))
        return NOTHING
      // No header at all: a model that answers without one.
      const all = header + scanner.end()
      enter('text')
      return read(all)
    }
    const name = /to=(?:functions\.)?([\w.-]+)/.exec(header)?.[1]
    const channel = /<\|channel\|>\s*(\w+)/.exec(header)?.[1]
    if (name !== undefined && tools.length) {
      call = { id: createCallId(), name, arguments: '', told: false }
      enter('call')
      return read(rest)
    }
    enter(channel === 'analysis' ? 'thought' : 'text')
    const gap = body === 'text' && bodies++ > 0 ? answer.push('\n\n') : NOTHING
    return join(gap, read(rest))
  }
  const readBody = (piece: string): AnswerRead => {
    const { text, marker, rest } = scanner.push(piece)
    const shown = show(text)
    if (marker === undefined || shown.done) return shown
    const wasThought = body === 'thought'
    const ended = endCall('stop')
    enter(undefined)
    const feed = forced && wasThought && rest === '' ? answerText : undefined
    const next = join({ parts: [...shown.parts, ...ended], done: false }, read(rest))
    return feed ? { ...next, feed } : next
  }
  const show = (text: string): AnswerRead => {
    if (!text) return NOTHING
    if (body === 'thought') return { parts: [{ type: 'reasoning-delta', text }], done: false }
    if (body === 'text') return answer.push(text)
    call!.arguments += text
    return { parts: [...startCall(), { type: 'tool-call-delta', id: call!.id, delta: text }], done: false }
  }
  const startCall = (): StreamPart[] => {
    const { id, name, told } = call!
    call!.told = true
    return told ? [] : [{ type: 'tool-call-start', id, name }]
  }
  const endCall = (reason: 'stop' | 'length'): StreamPart[] => {
    if (!call) return []
    const { id, name, arguments: text } = call
    const start = startCall()
    call = undefined
    if (reason === 'length') throw incompleteOutput(text, reason)
    calls++
    return [...start, { type: 'tool-call-end', id, name, arguments: parseOutput(text.trim() || '{}', reason) }]
  }
  const read = (piece: string): AnswerRead => (piece ? (body ? readBody(piece) : readHeader(piece)) : NOTHING)

  return {
    get thinking() {
      return body === 'thought'
    },
    push: read,
    end(reason) {
      const rest = scanner.end()
      const shown = body ? show(rest).parts : []
      const parts = [...shown, ...endCall(reason)]
      const last = answer.end(reason)
      return { parts: [...parts, ...last.parts], finishReason: calls ? 'tool-calls' : last.finishReason }
    },
  }
}

const FIRST = { thought: 'thought', answer: 'text', open: undefined } as const

const NOTHING: AnswerRead = { parts: [], done: false }

const join = (first: AnswerRead, second: AnswerRead): AnswerRead => ({
  ...second,
  parts: [...first.parts, ...second.parts],
  done: first.done || second.done,
})
