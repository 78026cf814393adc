import { extname } from 'node:path'
import { weigh } from '../../chunkers/heading-aware.ts'
import type { Block, Section } from '../../chunkers/sections.ts'
import { decodeUtf8 } from '../decode-text.ts'
import type { LoadedDocument } from '../loaded-document.ts'
import { declaredAt, memberAt } from './declarations.ts'

/**
 * Source code, kept as it is: cut where declarations begin, then at empty lines, then between lines. What a passage
 * belongs to stands in its headings: the file's name, the declaration, the member.
 */
export const loadCode = (bytes: Uint8Array, name: string, words: number): LoadedDocument => {
  const text = decodeUtf8(bytes)
  const ending = extname(name).toLowerCase()
  const parts = joinSmall(
    split(text, readLines(text), (line) => declaredAt(line, ending)),
    words,
  ).flatMap((part) =>
    part.weight > words && part.name !== undefined
      ? joinSmall(split(text, part.lines, memberAt), words).map((inner) => ({
          ...inner,
          path: inner.name && inner.name !== part.name ? [part.name!, inner.name] : [part.name!],
        }))
      : { ...part, path: part.name === undefined ? [] : [part.name] },
  )
  const long = readLines(text).some(({ start, end }) => end - start > 2000)
  return {
    text,
    layout: parts.map(({ lines, path }): Section => ({ headings: [name, ...path], blocks: toBlocks(text, lines) })),
    warnings: long ? ['some lines have more than 2,000 characters (generated?) and are cut'] : [],
  }
}

interface Line {
  start: number
  end: number
}

/** Lines that belong together; `name` when exactly one declaration begins in them. */
interface Part {
  lines: Line[]
  name: string | undefined
  declarations: number
  weight: number
}

const readLines = (text: string): Line[] =>
  Array.from(text.matchAll(/[^\n]*\n|[^\n]+$/g), ({ index, 0: line }) => ({ start: index, end: index + line.length }))

/** At each declaration, the comments and decorators above it included. */
const split = (text: string, lines: Line[], declares: (line: string) => string | undefined): Part[] => {
  const parts: Part[] = []
  let above = 0
  let open: Part = { lines: [], name: undefined, declarations: 0, weight: 0 }
  for (const [index, line] of lines.entries()) {
    const content = text.slice(line.start, line.end).trimEnd()
    const name = declares(content)
    if (name !== undefined) {
      const lead = open.lines.splice(open.lines.length - above)
      if (open.lines.length) parts.push(open)
      open = { lines: lead, name, declarations: 1, weight: 0 }
    }
    open.lines.push(line)
    above = name === undefined && ABOVE.test(content) ? above + 1 : 0
    if (index === lines.length - 1) parts.push(open)
  }
  for (const part of parts) part.weight = weigh(text.slice(part.lines[0]!.start, part.lines.at(-1)!.end))
  return parts
}

/** A comment, a decorator or an attribute. */
const ABOVE = /^\s*(?:\/\/|\/\*|\*|#|--|@|\[\w|"""|''')/

/** Neighbours that fit into one chunk become one part; with several declarations it has no name of its own. */
const joinSmall = (parts: Part[], words: number): Part[] => {
  const joined: Part[] = []
  for (const part of parts) {
    const before = joined.at(-1)
    if (before && before.weight + part.weight <= words) {
      // What stands above a declaration (imports, a licence) does not take its name away.
      before.declarations += part.declarations
      before.name = before.declarations > 1 ? undefined : (before.name ?? part.name)
      for (const line of part.lines) before.lines.push(line)
      before.weight += part.weight
    } else joined.push({ ...part, lines: [...part.lines] })
  }
  return joined
}

/** Runs of lines without an empty one between them. */
const toBlocks = (text: string, lines: Line[]): Block[] => {
  const blocks: Block[] = []
  let open = false
  for (const { start, end } of lines) {
    const empty = text.slice(start, end).trim() === ''
    if (!empty && open) blocks.at(-1)!.end = end
    else if (!empty) blocks.push({ kind: 'lines', start, end })
    open = !empty
  }
  return blocks
}
