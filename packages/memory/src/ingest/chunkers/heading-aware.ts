import { sentences, trimRange, type TextRange } from '../../text/sentences.ts'
import { toSections, type Block, type Section } from './sections.ts'

/** A passage: exactly the bytes `[start, end)` of the text it was cut from, in UTF-8. */
export interface Chunk {
  text: string
  /**
   * Bytes of the file where its text is kept as it is (Markdown, text, source code); of the converted text else (HTML, PDF,
   * DOCX, CSV, JSON).
   */
  start: number
  end: number
  /** Heading path, the document's title first. Empty for plain text. */
  headings: string[]
}

export interface ChunkOptions {
  /** `text` knows no headings. Default `markdown`. */
  format?: 'markdown' | 'text'
  /**
   * Words to aim for; a section up to a quarter longer stays whole. Default 120: at about 1.35 tokens an English word,
   * three chunks are some 500 tokens, a quarter of a 2,048-token window.
   */
  words?: number
}

export const DEFAULT_CHUNK_WORDS = 120

/**
 * Cuts a document at its headings, and sections that are too long at blocks, then sentences, then words. Code fences,
 * tables and list items stay whole where they fit. Chunks are in order and leave out nothing but whitespace.
 *
 * @param text the whole file, decoded from UTF-8 with its byte order mark left in place.
 */
export const chunkDocument = (
  text: string,
  { format = 'markdown', words = DEFAULT_CHUNK_WORDS }: ChunkOptions = {},
): Chunk[] => chunkSections(text, toSections(text, format), words)

/** The same for sections that are known; they and their blocks are in order and do not overlap. */
export const chunkSections = (text: string, sections: Section[], words: number): Chunk[] => {
  const limits = { target: words, most: words * 1.25 }
  const toBytes = byteCounter(text)
  return sections.flatMap((section) =>
    pack(text, section, limits)
      .map((range) => trimRange(text, range))
      .filter(({ start, end }) => end > start)
      .map(({ start, end }) => ({
        text: text.slice(start, end),
        start: toBytes(start),
        end: toBytes(end),
        headings: section.headings,
      })),
  )
}

interface Limits {
  target: number
  most: number
}

/** Something that is not cut further, or a piece made of such. */
interface Unit extends TextRange {
  weight: number
  /** Headings only. */
  heading: boolean
}

/** Fills pieces in order up to the target. A heading never ends a piece, and a small rest joins the piece before it. */
const pack = (text: string, { blocks }: Section, { target, most }: Limits): TextRange[] => {
  const pieces: Unit[] = []
  const units = blocks.flatMap((block) => toUnits(text, block, most))
  const total = units.reduce((sum, { weight }) => sum + weight, 0)
  for (const unit of units) {
    const piece = pieces.at(-1)
    const fits = piece && (piece.heading ? piece.weight <= target : piece.weight + unit.weight <= target)
    if (piece && (fits || total <= most)) join(piece, unit)
    else pieces.push({ ...unit })
  }
  const [before, last] = pieces.slice(-2)
  if (before && last && last.weight < target / 4 && before.weight + last.weight <= most) join(before, pieces.pop()!)
  return pieces
}

const join = (piece: Unit, next: Unit): void => {
  piece.end = next.end
  piece.weight += next.weight
  piece.heading &&= next.heading
}

/** A block that fits is one unit; else it is cut as gently as possible. */
const toUnits = (text: string, { start, end, kind }: Block, most: number): Unit[] => {
  const whole = { start, end, weight: weigh(text.slice(start, end)), heading: kind === 'heading' }
  if (whole.weight <= most) return [whole]
  const starts =
    kind === 'lines' ? lineStarts(text, whole) : sentences(text.slice(start, end)).map((range) => start + range.start)
  return between(starts, whole).flatMap((range) => {
    const weight = weigh(text.slice(range.start, range.end))
    return weight <= most ? [{ ...range, weight, heading: false }] : cutAtWords(text, range, most)
  })
}

/** Ranges between cut points, covering `whole` without a gap. */
const between = (starts: number[], { start, end }: TextRange): TextRange[] => {
  const cuts = [start, ...starts.filter((at) => at > start && at < end), end]
  return cuts.slice(1).map((cut, index) => ({ start: cuts[index]!, end: cut }))
}

const lineStarts = (text: string, { start, end }: TextRange): number[] =>
  Array.from(text.slice(start, end).matchAll(/\n/g), ({ index }) => start + index + 1)

const cutAtWords = (text: string, range: TextRange, most: number): Unit[] => {
  const units: Unit[] = []
  let unit: Unit = { start: range.start, end: range.start, weight: 0, heading: false }
  for (const piece of wordPieces(text, range, most)) {
    const weight = weigh(text.slice(piece.start, piece.end))
    if (unit.weight && unit.weight + weight > most) {
      units.push(unit)
      unit = { ...piece, weight, heading: false }
    } else unit = { ...unit, end: piece.end, weight: unit.weight + weight }
  }
  return unit.end > unit.start ? [...units, unit] : units
}

/** Words with the space after them; what has no spaces (base64, Chinese) in runs of characters, never inside one. */
function* wordPieces(text: string, { start, end }: TextRange, most: number): Generator<TextRange> {
  const longest = Math.max(1, Math.floor(most / 2))
  for (const { index, 0: word } of text.slice(start, end).matchAll(/\s*\S+\s*|\s+/g)) {
    let at = start + index
    if (weigh(word) > most)
      for (const { 0: part } of word.matchAll(new RegExp(`[\\s\\S]{1,${longest}}`, 'gu'))) {
        yield { start: at, end: at + part.length }
        at += part.length
      }
    else yield { start: at, end: at + word.length }
  }
}

const IDEOGRAPH = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu

/** Words, where a character of a script without spaces is one and a very long word counts as several. */
export const weigh = (text: string): number => {
  let weight = 0
  for (const [word] of text.matchAll(/\S+/g)) {
    const ideographs = word.match(IDEOGRAPH)?.length ?? 0
    weight += ideographs + Math.ceil((word.length - ideographs) / 12)
  }
  return weight
}

/** Bytes before a position; positions must not go back, so that a long file is read once. */
const byteCounter = (text: string): ((position: number) => number) => {
  let at = 0
  let bytes = 0
  return (position) => {
    bytes += Buffer.byteLength(text.slice(at, position))
    at = position
    return bytes
  }
}
