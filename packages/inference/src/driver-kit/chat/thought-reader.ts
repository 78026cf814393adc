import type { StreamPart } from '@rt/core'
import type { AnswerRead, AnswerReader } from './answer-reader.ts'
import { createMarkerScanner } from './marker-scanner.ts'
import type { ReasoningFormat } from './reasoning-formats.ts'

/** Where a model begins to write. `open`: it may think first or not. */
export type Beginning = 'thought' | 'answer' | 'open'

export interface ThoughtReader extends AnswerReader {
  /** The model is thinking: what it writes now is no answer yet. */
  readonly thinking: boolean
}

/**
 * Takes what a model thinks out of its answer. A segment stands at the beginning, or is open already; the same
 * marks later on are text.
 *
 * @param answer reads the rest.
 */
export const createThoughtReader = (
  { open, close, answerText }: ReasoningFormat,
  { begins, forced, answer }: { begins: Beginning; forced: boolean; answer: AnswerReader },
): ThoughtReader => {
  let stage: 'before' | 'opening' | 'thinking' | 'after' | 'answer' = FIRST[begins]
  let held = ''
  const scanner = createMarkerScanner([close])
  const mark = open.trimEnd()

  const readBefore = (): AnswerRead => {
    const start = held.trimStart()
    if (start.startsWith(mark)) return take('opening', start.slice(mark.length))
    if (mark.startsWith(start)) return NOTHING
    return take('answer', held)
  }
  /** A model whose prompt opens the segment may open it once more. White space at its edges is no thought. */
  const readOpening = (): AnswerRead => {
    const start = held.trimStart()
    if (start.startsWith(mark)) return take('opening', start.slice(mark.length))
    return mark.startsWith(start) ? NOTHING : take('thinking', start)
  }
  const readThinking = (): AnswerRead => {
    const { text, marker, rest } = scanner.push(held)
    held = ''
    if (marker === undefined) return { parts: thought(text), done: false }
    const parts = thought(text)
    const read = take('after', rest)
    // A grammar begins with the answer itself: what stands before it is written for the model.
    const feed = forced && rest === '' ? answerText : undefined
    return { ...read, parts: [...parts, ...read.parts], ...(feed && { feed }) }
  }
  /** White space that may turn out to stand at the end. */
  let spaces = ''
  const thought = (text: string): StreamPart[] => {
    const all = spaces + text
    const shown = all.trimEnd()
    spaces = all.slice(shown.length)
    return shown ? [{ type: 'reasoning-delta', text: shown }] : []
  }
  const readAfter = (): AnswerRead => (held.trimStart() ? take('answer', held.trimStart()) : NOTHING)

  const readers = {
    before: readBefore,
    opening: readOpening,
    thinking: readThinking,
    after: readAfter,
    answer: (): AnswerRead => {
      const text = held
      held = ''
      return answer.push(text)
    },
  }
  const take = (next: typeof stage, text: string): AnswerRead => {
    stage = next
    held = text
    return text ? readers[stage]() : NOTHING
  }

  return {
    get thinking() {
      return stage === 'opening' || stage === 'thinking'
    },
    get calling() {
      return answer.calling
    },
    cut: (piece) => (stage === 'answer' ? answer.cut?.(piece) : undefined),
    push(text) {
      held += text
      return readers[stage]()
    },
    end(reason) {
      const parts: StreamPart[] = []
      if (stage === 'before') parts.push(...answer.push(held).parts)
      if (stage === 'opening') parts.push(...thought(held.trim()))
      if (stage === 'thinking') parts.push(...thought(scanner.end()))
      const last = answer.end(reason)
      return { ...last, parts: [...parts, ...last.parts] }
    },
  }
}

const FIRST = { thought: 'opening', answer: 'after', open: 'before' } as const

const NOTHING: AnswerRead = { parts: [], done: false }
