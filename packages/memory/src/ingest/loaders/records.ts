import type { Block, Section } from '../chunkers/sections.ts'
import type { LoadedDocument } from './loaded-document.ts'
import { tooMuchText } from '../parser/too-much-text.ts'

/** Text of records, each a block of lines that stays whole where it fits: rows of a table, objects of a list. */
export interface Records {
  add(headings: string[], lines: string[]): void
  end(warnings: string[]): LoadedDocument
}

/** A line longer than this is prose and cut at its sentences. */
const PROSE = 600

/** @param most bytes of text. */
export const createRecords = (most: number): Records => {
  const parts: string[] = []
  const sections: Section[] = []
  let length = 0
  let bytes = 0

  const append = (text: string): { start: number; end: number } => {
    bytes += Buffer.byteLength(text)
    if (bytes > most) throw tooMuchText(most)
    const start = length
    parts.push(text)
    length += text.length
    return { start, end: length }
  }

  return {
    add(headings, lines) {
      if (lines.length === 0) return
      const before = sections.at(-1)
      const section =
        before && before.headings.join('\n') === headings.join('\n') ? before : { headings, blocks: [] as Block[] }
      if (section !== before) sections.push(section)
      let open: Block | undefined
      for (const line of lines) {
        const prose = line.length > PROSE
        const { start, end } = append(`${line}\n`)
        if (open && !prose) open.end = end
        else section.blocks.push((open = { kind: prose ? 'text' : 'lines', start, end }))
        if (prose) open = undefined
      }
      append('\n')
    },
    end: (warnings) => ({ text: parts.join(''), layout: sections, warnings }),
  }
}
