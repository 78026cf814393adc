/** Rows of RFC 4180: quoted cells may hold separators, line ends and doubled quotes. Lenient with everything else. */
export interface Rows {
  rows: string[][]
  /** Line of a quote that is never closed: from there on, quotes count as text. */
  openQuote?: number
}

export const readRows = (text: string, separator: string): Rows => {
  const rows: string[][] = []
  let row: string[] = []
  let at = 0
  let line = 1
  let openQuote: number | undefined

  const endRow = (): void => {
    if (row.length > 1 || row[0]!.trim() !== '') rows.push(row)
    row = []
    line++
  }

  while (at < text.length) {
    let cell: string
    const quoted = text[at] === '"' && openQuote === undefined ? readQuoted(text, at) : undefined
    if (quoted) {
      // What stands between the closing quote and the next separator is kept too.
      const end = endOfCell(text, quoted.end, separator)
      cell = quoted.cell + text.slice(quoted.end, end).trimEnd()
      line += quoted.lines
      at = end
    } else {
      if (text[at] === '"') openQuote ??= line
      const end = endOfCell(text, at, separator)
      cell = text.slice(at, end)
      at = end
    }
    row.push(cell)
    if (at >= text.length) break
    if (text[at] === separator) {
      at++
      // A separator at the very end is followed by one more empty cell.
      if (at >= text.length) row.push('')
    } else {
      at += text.startsWith('\r\n', at) ? 2 : 1
      endRow()
    }
  }
  if (row.length) endRow()
  return { rows, ...(openQuote !== undefined && { openQuote }) }
}

/** Undefined when the quote is not closed. */
const readQuoted = (text: string, start: number): { cell: string; end: number; lines: number } | undefined => {
  let from = start + 1
  for (;;) {
    const quote = text.indexOf('"', from)
    if (quote === -1) return undefined
    if (text[quote + 1] === '"') {
      from = quote + 2
      continue
    }
    const raw = text.slice(start + 1, quote)
    return { cell: raw.replaceAll('""', '"'), end: quote + 1, lines: raw.split('\n').length - 1 }
  }
}

const endOfCell = (text: string, start: number, separator: string): number => {
  for (let at = start; at < text.length; at++) {
    const character = text[at]
    if (character === separator || character === '\n' || character === '\r') return at
  }
  return text.length
}
