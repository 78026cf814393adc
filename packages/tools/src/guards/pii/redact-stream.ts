import { findPii, type PiiMatch } from './find-pii.ts'
import type { PiiRule } from './detectors.ts'

export interface RedactStreamOptions {
  rules: ReadonlySet<PiiRule>
  form: 'text' | 'json'
  /** What stands in its place. */
  replace(rule: PiiRule): string
}

export interface RedactStream {
  push(text: string): string
  end(): string
}

/** Most characters that are held back while a match may still be going on. */
export const MOST_HELD = 256
/** Characters that were shown already and that a pattern may look back at. */
const CONTEXT = 8
/** What any match consists of, but for spaces inside groups and line breaks in a private key. */
const TOKEN = /[\w@.%+:()/=~?#&\-\u00C0-\u024F]/
/** A long match that was replaced before it was whole goes on until here. */
const TOKEN_RUN = /^[\w@.%+/=~\-\u00C0-\u024F]*/
const KEY_END = /-----END [A-Z ]{0,30}PRIVATE KEY-----/
const LONGEST_KEY = 16_384

/** Redacts a text that comes in pieces: a match that is split over several is found too. */
export const createRedactStream = ({ rules, form, replace }: RedactStreamOptions): RedactStream => {
  let shown = ''
  let buffer = ''
  /** The rest of something that is replaced already. */
  let dropping: 'token' | 'key' | undefined
  let dropped = 0

  const drop = (): void => {
    if (dropping === 'token') {
      const [run] = TOKEN_RUN.exec(buffer)!
      buffer = buffer.slice(run.length)
      if (buffer) dropping = undefined
    } else if (dropping === 'key') {
      const end = KEY_END.exec(buffer)
      // What is left may be the beginning of the end.
      const cut = end ? end.index + end[0].length : Math.max(0, buffer.length - 64)
      dropped += cut
      buffer = buffer.slice(cut)
      if (end || dropped > LONGEST_KEY) dropping = undefined
    }
  }
  /** Gives out `buffer` up to `cut`, or as far as a match goes that begins before. */
  const release = (cut: number, isEnd: boolean): string => {
    const context = shown.slice(-CONTEXT)
    const text = context + buffer
    let at = context.length
    let until = at + cut
    let out = ''
    for (const match of findPii(text, rules)) {
      const start = form === 'json' ? afterEscape(text, match) : match.start
      if (start < at || start >= until) continue
      out += text.slice(at, start) + (form === 'json' && isBareNumber(text, match) ? '0' : replace(match.rule))
      at = match.end
      until = Math.max(until, at)
      if (at < text.length || isEnd) continue
      dropping = text.slice(start).startsWith('-----BEGIN') && !KEY_END.test(text.slice(start)) ? 'key' : 'token'
      dropped = 0
    }
    out += text.slice(at, until)
    shown = text.slice(Math.max(0, until - CONTEXT), until)
    buffer = text.slice(until)
    return out
  }
  return {
    push(text) {
      buffer += text
      drop()
      if (dropping) return ''
      const held = Math.min(heldLength(buffer), MOST_HELD)
      return release(buffer.length - held, false)
    },
    end() {
      drop()
      if (dropping === 'key') buffer = ''
      dropping = undefined
      return release(buffer.length, true)
    },
  }
}

/** Characters at the end that a match may begin in and go on beyond. */
const heldLength = (text: string): number => {
  let at = text.length
  while (at > 0 && text.length - at <= MOST_HELD)
    if (TOKEN.test(text[at - 1]!) || (text[at - 1] === ' ' && isInGroup(text, at - 1))) at--
    else break
  return text.length - at
}

/** A space between groups of digits, or of capitals as an IBAN or the first line of a key has them, or behind `Bearer`. */
const isInGroup = (text: string, at: number): boolean =>
  (/[\dA-Z)]/.test(text[at - 1] ?? '') && /^(?:[\d(+A-Z]|$)/.test(text.slice(at + 1, at + 2))) ||
  /bearer$/i.test(text.slice(Math.max(0, at - 6), at))

/** `\n` in JSON text is no letter of the word behind it. */
const afterEscape = (text: string, { start }: PiiMatch): number => {
  let slashes = 0
  while (text[start - 1 - slashes] === '\\') slashes++
  if (slashes % 2 === 0) return start
  return start + (/^u[0-9a-f]{4}/i.test(text.slice(start)) ? 5 : 1)
}

/** Digits that stand for a JSON number, or might. */
const isBareNumber = (text: string, { start, end }: PiiMatch): boolean =>
  /^\d+$/.test(text.slice(start, end)) && /[:,[]\s*$/.test(text.slice(Math.max(0, start - 3), start))
