/** A stretch of a string, in UTF-16 units, end exclusive. */
export interface TextRange {
  start: number
  end: number
}

/**
 * The sentences of a text, in order, without the whitespace around them. Blank lines, list items, headings, table rows
 * and quotes begin a new one whatever the punctuation: `Intl.Segmenter` is not used because it also breaks at every
 * line feed, and hard-wrapped Markdown would fall apart.
 */
export const sentences = (text: string): TextRange[] =>
  paragraphs(text).flatMap((paragraph) => splitParagraph(text, paragraph))

const STARTS_BLOCK = /^\s*(?:[-*+]\s|\d{1,9}[.)]\s|#{1,6}\s|\||>|```|~~~)/
const HEADING = /^\s{0,3}#{1,6}\s/

const paragraphs = (text: string): TextRange[] => {
  const found: TextRange[] = []
  let open = false
  for (const { index, 0: line } of text.matchAll(/[^\n]*\n|[^\n]+$/g)) {
    const blank = line.trim() === ''
    if (!blank && (!open || STARTS_BLOCK.test(line))) found.push({ start: index, end: index })
    if (!blank) found.at(-1)!.end = index + line.length
    open = !blank && !HEADING.test(line)
  }
  return found
}

/** The look-behind starts each run of punctuation once, which keeps a line of a million dots linear. */
const STOP = /(?<![.!?…])[.!?…]+["'”’)\]*_]*\s+(?=["'“‘([*_`¿¡]*[\p{Lu}\p{Lo}\p{N}])|[。！？]+["'”’)\]」』]*\s*/gu
/** Shortenings whose stop does not end a sentence. Single capitals (initials) and list numbers are handled apart. */
const SHORT = new Set(
  'e.g i.e etc cf vs dr mr mrs ms prof st no nr fig approx ca incl max min dept est jan feb aug sept oct nov dec z.b bzw usw u.a d.h str'.split(
    ' ',
  ),
)

const splitParagraph = (text: string, { start, end }: TextRange): TextRange[] => {
  const body = text.slice(start, end)
  const found: TextRange[] = []
  let from = 0
  for (const { index, 0: stop } of body.matchAll(STOP)) {
    if (isShortening(body.slice(Math.max(from, index - 16), index))) continue
    found.push({ start: from, end: index + stop.length })
    from = index + stop.length
  }
  if (from < body.length) found.push({ start: from, end: body.length })
  return found
    .map((range) => trimRange(body, range))
    .map((range) => ({ start: start + range.start, end: start + range.end }))
}

const isShortening = (before: string): boolean => {
  const word = before.match(/[\p{L}\p{N}.]+$/u)?.[0] ?? ''
  return /^\p{Lu}$/u.test(word) || SHORT.has(word.toLowerCase()) || /^\s*\d{1,9}$/.test(before)
}

/** The range without whitespace at its ends (a byte order mark counts as whitespace); empty when there is nothing else. */
export const trimRange = (text: string, { start, end }: TextRange): TextRange => {
  const body = text.slice(start, end)
  const trimmed = body.trimStart()
  const from = start + body.length - trimmed.length
  return { start: from, end: from + trimmed.trimEnd().length }
}
