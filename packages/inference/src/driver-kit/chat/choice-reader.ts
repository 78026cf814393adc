import type { FinishReason, StreamPart, ToolSpec } from '@rt/core'
import { parseToolCalls, type ParsedToolCall } from '../parse-tool-call.ts'
import type { AnswerEnd, AnswerRead, AnswerReader } from './answer-reader.ts'
import { CALL_MARKERS, type CallMarker } from './call-markers.ts'
import { callParts } from './call-parts.ts'
import { createMarkerScanner } from './marker-scanner.ts'
import { incompleteOutput } from './parse-output.ts'
import { callHead, createWrittenCall, type WrittenCall } from './written-call.ts'

/** Calls of one answer. A model that repeats itself writes them for ever. */
const MOST_CALLS = 32

/**
 * Free choice between text and calls. Calls between marks are found wherever they stand, several of them; bare JSON only
 * where the answer begins with it. What may become a call is held back until it proves to be one, or not; everything else
 * streams as text from its first character. Arguments of a call whose name stands before them are told as they are written.
 *
 * @param text reads what is text.
 */
export const createChoiceReader = (tools: ToolSpec[], text: AnswerReader): AnswerReader => {
  let scanner = createMarkerScanner(BEGINNINGS)
  let stage: 'beginning' | 'text' | 'call' | 'closing' | 'between' = 'beginning'
  let marker: CallMarker | undefined
  let held = ''
  /** The call that is being written, and so much of `held` it has read. */
  let writing: { call: WrittenCall; read: number; calling: boolean } | undefined
  const seen = new Set<string>()
  const earlier: { name: string; text: string }[] = []

  /** Calls that were not there before; a repetition shows that the model goes round in circles. */
  const announce = (calls: ParsedToolCall[]): AnswerRead => {
    const fresh = calls.filter((call) => !seen.has(JSON.stringify(call)))
    for (const call of fresh) seen.add(JSON.stringify(call))
    earlier.push(...fresh.map((call) => ({ name: call.name, text: JSON.stringify(call.arguments) })))
    const parts = fresh.flatMap(({ name, arguments: args }) => callParts(name, args))
    return { parts, done: fresh.length < calls.length || seen.size >= MOST_CALLS }
  }
  const readText = (piece: string): AnswerRead => {
    const found = scanner.push(piece)
    const read = text.push(found.text)
    if (read.done || found.marker === undefined) return read
    return join(read, enter(found.marker, found.rest))
  }
  const enter = (begin: string, rest: string): AnswerRead => {
    scanner = createMarkerScanner(BEGINNINGS)
    marker = CALL_MARKERS.find((each) => each.begin === begin)
    stage = 'call'
    held = ''
    return readCall(rest)
  }
  /** Goes on with a call whose head is there; undefined = it is none that can be told as it is written. */
  const readWritten = (): AnswerRead | undefined => {
    if (!writing) {
      const head = callHead(held, tools)
      if (!head) return undefined
      const rest = held.slice(head.length)
      const start = rest.trimStart()
      if (start && !start.startsWith('{')) return undefined
      const same = earlier.filter(({ name }) => name === head.name).map(({ text }) => text)
      // What stands behind the head already was written under no grammar.
      writing = { call: createWrittenCall(head.name, same), read: held.length - start.length, calling: start === '' }
    }
    const { call } = writing
    const piece = held.slice(writing.read)
    const unread = call.text === '' ? piece.trimStart() : piece
    if (call.text === '' && unread && !unread.startsWith('{')) {
      writing = undefined
      return undefined
    }
    const { parts, rest } = call.push(unread)
    writing.read = held.length - rest.length
    if (!call.whole || !rest.trimStart()) return { parts, done: false }
    const ended = endWritten()
    // The bracket around the call. Where it is missing the call is whole all the same.
    const behind = rest.trimStart().replace(/^\}/, '')
    held = ''
    if (ended.done || stage === 'beginning') {
      stage = 'between'
      return { parts: [...parts, ...ended.parts], done: true }
    }
    return join({ ...ended, parts: [...parts, ...ended.parts] }, readClosing(behind))
  }
  const endWritten = (): AnswerRead => {
    const { call } = writing!
    writing = undefined
    const value = call.value()
    const key = JSON.stringify({ name: call.name, arguments: value })
    if (seen.has(key)) return { parts: [], done: true }
    seen.add(key)
    earlier.push({ name: call.name, text: call.text })
    return { parts: call.end(value), done: seen.size >= MOST_CALLS }
  }
  /** Between a call and the mark that ends it, where there is one. */
  const readClosing = (piece: string): AnswerRead => {
    stage = 'closing'
    held += piece
    const next = held.replace(/^[\s;,]+/, '')
    const end = marker?.end
    if (next === '') return NOTHING
    if (next.startsWith('{')) {
      stage = 'call'
      held = ''
      return readCall(next)
    }
    if (end && next.startsWith(end)) {
      stage = 'between'
      held = ''
      return readBetween(next.slice(end.length))
    }
    if (end && end.startsWith(next)) return NOTHING
    stage = 'between'
    held = ''
    return readBetween(next)
  }
  const readCall = (piece: string): AnswerRead => {
    held += piece
    const written = readWritten()
    if (written) return written
    const end = marker?.end
    const at = end ? held.indexOf(end) : -1
    if (at < 0) return NOTHING
    const rest = held.slice(at + end!.length)
    const calls = parseToolCalls(wholeCall(held.slice(0, at), marker!), tools, { repair: true })
    if (!calls.length) return giveUp()
    stage = 'between'
    held = ''
    const read = announce(calls)
    return read.done ? read : join(read, readBetween(rest))
  }
  /** It only looked like a call: all of it is text. */
  const giveUp = (): AnswerRead => {
    const all = (marker?.begin ?? '') + held
    marker = undefined
    held = ''
    stage = 'text'
    return text.push(all)
  }
  const readBetween = (piece: string): AnswerRead => {
    held += piece
    const next = held.trimStart()
    const begun = CALL_MARKERS.find(({ begin }) => next.startsWith(begin))
    if (begun) return enter(begun.begin, next.slice(begun.begin.length))
    // After its calls a model waits for their results; what it writes instead was made up.
    return { parts: [], done: !BEGINNINGS.some((begin) => begin.startsWith(next)) }
  }
  const readBeginning = (piece: string): AnswerRead => {
    held += piece
    const start = held.trimStart()
    const begun = CALL_MARKERS.find(({ begin }) => start.startsWith(begin))
    if (begun) return enter(begun.begin, start.slice(begun.begin.length))
    if (![...BEGINNINGS, ...BARE].some((begin) => start.startsWith(begin) || begin.startsWith(start))) {
      const all = held
      held = ''
      stage = 'text'
      return readText(all)
    }
    if (!BARE.some((begin) => start.startsWith(begin))) return NOTHING
    const written = readWritten()
    if (written) return written
    // Only a closing bracket completes calls: avoids parsing after every token. A list is complete with its own.
    const isList = LIST.test(start)
    return { parts: [], done: piece.includes(isList ? ']' : '}') && wholeBare(start, isList) }
  }
  const wholeBare = (start: string, isList: boolean): boolean =>
    parseToolCalls(start, tools).length > 0 && (!isList || balanced(start))

  const finish = (calls: ParsedToolCall[]): ReturnType<AnswerReader['end']> => ({
    parts: announce(calls).parts,
    finishReason: 'tool-calls',
  })
  const endAsText = (reason: AnswerEnd, before: StreamPart[]): ReturnType<AnswerReader['end']> => {
    const last = text.end(reason)
    const finishReason: FinishReason = seen.size ? 'tool-calls' : last.finishReason
    return { parts: [...before, ...last.parts], finishReason }
  }

  return {
    get calling() {
      return writing?.calling ? writing.call.name : undefined
    },
    cut(read) {
      if (writing || (stage !== 'beginning' && stage !== 'call')) return undefined
      const piece = read()
      const head = callHead(held + piece, tools)
      const at = head ? head.length - held.length : 0
      return at > 0 && piece.slice(at).trim() ? at : undefined
    },
    push(piece) {
      if (stage === 'closing') return readClosing(piece)
      if (stage === 'text') return readText(piece)
      if (stage === 'call') return readCall(piece)
      return stage === 'between' ? readBetween(piece) : readBeginning(piece)
    },
    end(reason) {
      if (stage === 'between' || stage === 'closing') return { parts: [], finishReason: 'tool-calls' }
      if (stage === 'text') return endAsText(reason, text.push(scanner.end()).parts)
      if (writing) {
        if (reason === 'length') throw incompleteOutput((marker?.begin ?? '') + held, reason)
        if (writing.call.text) return { parts: endWritten().parts, finishReason: 'tool-calls' }
      }
      const all = marker ? wholeCall(held, marker) : held
      const calls = parseToolCalls(all, tools, { repair: reason === 'stop' })
      const isCut = reason === 'length' && parseToolCalls(all, tools, { repair: true }).length > calls.length
      if (calls.length && !isCut) return finish(stage === 'beginning' && !LIST.test(held) ? calls.slice(0, 1) : calls)
      const written = (marker?.begin ?? '') + held
      if (isCut || (reason === 'length' && (marker || isCutCall(held, tools)))) throw incompleteOutput(written, reason)
      return endAsText(reason, giveUp().parts)
    },
  }
}

const NOTHING: AnswerRead = { parts: [], done: false }
const BEGINNINGS = CALL_MARKERS.map(({ begin }) => begin)
/** How an answer begins that is a call without marks. */
const BARE = ['{', '[{', '```json', '```\n{', '```tool']
const LIST = /^\s*(?:```(?:json|tool\w*)?\s*)?\[/

const join = (first: AnswerRead, second: AnswerRead): AnswerRead => ({
  ...second,
  parts: [...first.parts, ...second.parts],
})

/** A mark that holds the beginning of the name, `<function=`, belongs to the call. */
const wholeCall = (body: string, { begin, end = '' }: CallMarker): string =>
  begin.endsWith('=') ? `${begin}${body}${end}` : body

const balanced = (text: string): boolean => {
  try {
    JSON.parse(text.replace(/^\s*```\w*/, '').replace(/```\s*$/, ''))
    return true
  } catch {
    return false
  }
}

/**
 * Whether text that ran out of tokens was on its way to a call: it names a tool there is, or it has no name yet and
 * begins with nothing but what a call begins with. Any other JSON is an answer that is only shorter.
 */
const isCutCall = (text: string, tools: ToolSpec[]): boolean => {
  const name = /"name"\s*:\s*"([^"]*)"/.exec(text)?.[1]
  if (name !== undefined) return tools.some((tool) => tool.name === name)
  const start = text.trim()
  return (start !== '' && BEGINNINGS.some((begin) => begin.startsWith(start))) || CUT_OBJECT.test(text)
}

/** Up to the first key, or past it where it is one of a call's. */
const CUT_OBJECT =
  /^[^{]*\{\s*(?:"\w*|"(?:name|arguments|parameters|function)"\s*(?::.*)?|"type"\s*(?::\s*(?:"\w*|"function".*)?)?)?$/s
