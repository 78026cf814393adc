import type { TextRange } from '../../text/sentences.ts'

/** `lines`: code fences, tables and front matter, cut between lines only. `text`: paragraphs and list items. */
export interface Block extends TextRange {
  kind: 'heading' | 'text' | 'lines'
}

/** What stands under one heading, the heading line included. */
export interface Section {
  headings: string[]
  blocks: Block[]
}

/** Reads as much Markdown as chunking needs: headings of both kinds, fences, tables, lists, paragraphs, front matter. */
export const toSections = (text: string, format: 'markdown' | 'text'): Section[] => {
  const sections: Section[] = [{ headings: [], blocks: [] }]
  const path: { level: number; title: string }[] = []
  for (const block of toBlocks(text, format)) {
    const heading = block.kind === 'heading' ? readHeading(text.slice(block.start, block.end)) : undefined
    if (heading) {
      while (path.length && path.at(-1)!.level >= heading.level) path.pop()
      path.push(heading)
      const headings = path.map(({ title }) => title)
      // A heading with nothing under it (a title before its first chapter) goes with what follows.
      const last = sections.at(-1)!
      if ((last.blocks.at(-1)?.kind ?? 'heading') === 'heading') last.headings = headings
      else sections.push({ headings, blocks: [] })
    }
    sections.at(-1)!.blocks.push(block)
  }
  return sections
}

const FENCE = /^ {0,3}(`{3,}|~{3,})/
const ATX = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/
const UNDERLINE = /^ {0,3}(?:=+|-{2,})[ \t]*$/
const ITEM = /^\s*(?:[-*+]|\d{1,9}[.)])\s/
const ROW = /^\s*\|/
/** Only with its end in sight: else a file that begins with a rule would be one block. */
const MATTER = /^\uFEFF?---[ \t]*\r?\n[\w-]+:(?:[^\n]*\n){1,200}?(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/

const toBlocks = (text: string, format: 'markdown' | 'text'): Block[] => {
  const blocks: Block[] = []
  /** How the block that is being read goes on; `undefined` when none is open. */
  let open: 'fence' | 'table' | 'text' | 'matter' | undefined
  let fence = ''
  let lines = 0
  const begin = (kind: Block['kind'], start: number, as: typeof open): void => {
    blocks.push({ kind, start, end: start })
    open = as
    lines = 0
  }
  for (const { index, 0: raw } of text.matchAll(/[^\n]*\n|[^\n]+$/g)) {
    const line = raw.replace(/\r?\n$/, '').replace(/^\uFEFF/, '')
    const marked = format === 'markdown'
    const extend = (): void => {
      blocks.at(-1)!.end = index + raw.length
      lines++
    }
    if (open === 'fence' || open === 'matter') {
      extend()
      if (open === 'fence' ? closes(line, fence) : /^(?:---|\.\.\.)\s*$/.test(line)) open = undefined
    } else if (line.trim() === '') open = undefined
    else if (marked && index === 0 && MATTER.test(text)) {
      begin('lines', index, 'matter')
      extend()
    } else if (marked && FENCE.test(line)) {
      fence = FENCE.exec(line)![1]!
      begin('lines', index, 'fence')
      extend()
    } else if (marked && ATX.test(line)) {
      begin('heading', index, undefined)
      extend()
    } else if (marked && open === 'text' && lines === 1 && UNDERLINE.test(line)) {
      blocks.at(-1)!.kind = 'heading'
      extend()
      open = undefined
    } else {
      const row = marked && ROW.test(line)
      const goesOn = row ? open === 'table' : open === 'text' && !(marked && ITEM.test(line))
      if (!goesOn) begin(row ? 'lines' : 'text', index, row ? 'table' : 'text')
      extend()
    }
  }
  return blocks
}

const closes = (line: string, fence: string): boolean => {
  const found = line.trim()
  return found.length >= fence.length && found === fence[0]!.repeat(found.length)
}

const readHeading = (block: string): { level: number; title: string } => {
  const [first = '', second = ''] = block.replace(/^\uFEFF/, '').split(/\r?\n/)
  const atx = ATX.exec(first)
  if (!atx) return { level: second.includes('=') ? 1 : 2, title: plain(first.trim()) }
  return {
    level: atx[1]!.length,
    title: plain((atx[2] ?? '').trim())
      .replace(/(?:^|[ \t])#+$/, '')
      .trimEnd(),
  }
}

/** A title without its markup: links become their text. */
const plain = (title: string): string =>
  title
    .slice(0, 300)
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*`]+/g, '')
    .trim()
