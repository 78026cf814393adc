import { stripVTControlCharacters } from 'node:util'
import { printableLine } from './printable.ts'
import { style } from './style.ts'

export interface Column {
  title: string
  /** Default left. */
  align?: 'left' | 'right'
  /** Widest, in columns of the terminal; what is longer is cut. */
  most?: number
}

/**
 * Rows under a heading, each column as wide as its widest cell. Cells are text from anywhere: control sequences are
 * dropped here. Lines begin with a space and have no spaces at their end.
 */
export const formatTable = (
  columns: Column[],
  rows: string[][],
  stream: NodeJS.WriteStream = process.stdout,
): string => {
  const cells = rows.map((row) => columns.map(({ most }, index) => cut(printableLine(row[index] ?? ''), most)))
  const widths = columns.map(({ title }, index) =>
    Math.max(displayWidth(title), ...cells.map((row) => displayWidth(row[index]!))),
  )
  const line = (row: string[]): string =>
    ` ${row.map((cell, index) => pad(cell, widths[index]!, columns[index]!.align)).join('  ')}`.trimEnd()
  return [style('dim', line(columns.map(({ title }) => title)), stream), ...cells.map(line)].join('\n')
}

/** The same where it is wider than a terminal: in several tables, each of which begins with the first column. */
export const foldTable = (columns: Column[], rows: string[][], width: number): string => {
  const [first = 0, ...others] = columns.keys()
  const part = (indices: number[]): string =>
    formatTable(
      indices.map((index) => columns[index]!),
      rows.map((row) => indices.map((index) => row[index]!)),
    )
  const isFit = (text: string): boolean => displayWidth(stripVTControlCharacters(text.split('\n')[0]!)) <= width
  const parts: number[][] = [[first]]
  for (const index of others) {
    const last = parts.at(-1)!
    if (last.length === 1 || isFit(part([...last, index]))) last.push(index)
    else parts.push([first, index])
  }
  return parts.map(part).join('\n\n')
}

/** Columns a terminal needs for a text. */
export const displayWidth = (text: string): number => {
  let width = 0
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text))
    width += WIDE.test(segment) ? 2 : 1
  return width
}

// ---

/** East Asian wide and full-width letters, and emoji shown as pictures. */
const WIDE =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\p{Emoji}\ufe0f)/u

const pad = (text: string, width: number, align: Column['align']): string => {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)))
  return align === 'right' ? space + text : text + space
}

const cut = (text: string, most = Infinity): string => {
  if (displayWidth(text) <= most) return text
  let kept = ''
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)) {
    if (displayWidth(kept + segment) > most - 1) break
    kept += segment
  }
  return `${kept}…`
}
