/** A `[n]` the model wrote, and what it stands behind. */
export interface Marker {
  /** 1-based. */
  index: number
  statement: string
}

/** Not a link's text. */
const MARKER = /\[(\d{1,3})\](?!\()/g
const CODE = /```[\s\S]*?(?:```|$)|`[^`\n]*`/g

/** The markers that name one of `count` passages, each once, with all text they stand behind. */
export const findMarkers = (answer: string, count: number): Marker[] => {
  const statements = new Map<number, string>()
  let from = 0
  let statement = ''
  const prose = answer.replaceAll(CODE, (code) => ' '.repeat(code.length))
  for (const { 0: marker, 1: digits, index: at } of prose.matchAll(MARKER)) {
    // Markers in a row stand behind the same words; so does one after the last stop.
    const text = answer.slice(from, at)
    if (/[\p{L}\p{N}]/u.test(text)) statement = text
    from = at + marker.length
    const index = Number(digits)
    if (index >= 1 && index <= count) statements.set(index, `${statements.get(index) ?? ''} ${statement}`)
  }
  return Array.from(statements, ([index, text]) => ({ index, statement: text }))
}

/** The answer's own words: no markers, no list numbers. */
export const withoutMarkers = (answer: string): string =>
  answer.replaceAll(MARKER, ' ').replace(/^\s*\d{1,3}[.)]\s/gm, '')
