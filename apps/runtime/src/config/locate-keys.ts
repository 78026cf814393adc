import { parse } from 'smol-toml'

/** Where a value of a file is: keys, and numbers for the elements of lists. */
export type Path = readonly (string | number)[]

/** Lines of the keys of a file. */
export interface KeyLines {
  /** Of the key itself, else of the nearest table above it that is written down. */
  lineOf(path: Path): number
  /** All that are written down, in their order. */
  readonly paths: Path[]
}

/** Nobody nests as deep; a file that does must not make the work grow with the square of its length. */
const DEEPEST = 100

/**
 * Finds the line of every key: under table headers, dotted, in inline tables and arrays, in quotes. smol-toml tells no
 * lines, so the text is read a second time; it must be a TOML document that smol-toml accepts. Of other text it says nothing
 * useful, but comes to an end. What is nested deeper than a hundred tables has the line of the one above it.
 */
export const locateKeys = (toml: string): KeyLines => {
  const lines = new Map<string, number>()
  const paths: Path[] = []
  /** Arrays of tables, by path: the index of their newest table. */
  const newest = new Map<string, number>()
  let at = toml.startsWith('\uFEFF') ? 1 : 0
  let line = 1
  let counted = 0

  const record = (path: Path): void => {
    for (; counted < at; counted++) if (toml[counted] === '\n') line++
    for (let length = 1; length <= path.length; length++) {
      const part = path.slice(0, length)
      if (lines.has(id(part))) continue
      lines.set(id(part), line)
      paths.push(part)
    }
  }
  const skip = (pattern: RegExp): string => {
    pattern.lastIndex = at
    const found = pattern.exec(toml)?.[0] ?? ''
    at += found.length
    return found
  }
  const quoted = (): string => skip(QUOTED)

  const keys = (): string[] => {
    const found: string[] = []
    do {
      skip(SPACES)
      const written = quoted()
      const key = written ? (parse(`key = ${written}`)['key'] as string) : skip(BARE)
      if (found.length < DEEPEST) found.push(key)
      skip(SPACES)
    } while (skip(DOT))
    return found
  }

  const header = (): Path => {
    const isArray = toml.startsWith('[[', at)
    at += isArray ? 2 : 1
    skip(SPACES)
    const start = at
    const names = keys()
    const path: (string | number)[] = []
    for (const [index, name] of names.entries()) {
      path.push(name)
      const isLast = index === names.length - 1
      const table = newest.get(id(path))
      if (isLast && isArray) {
        newest.set(id(path), (table ?? -1) + 1)
        path.push((table ?? -1) + 1)
      } else if (table !== undefined) path.push(table)
    }
    at = start
    record(path)
    skip(REST_OF_LINE)
    return path
  }

  const pair = (table: Path): void => {
    const start = at
    const path = [...table, ...keys()]
    const end = at
    at = start
    record(path)
    at = end + 1
    value(path)
  }

  const value = (path: Path): void => {
    skip(BLANK)
    if (path.length > DEEPEST) skip(REST_OF_LINE)
    else if (toml[at] === '[') list(path)
    else if (toml[at] === '{') inlineTable(path)
    else if (!quoted()) skip(PLAIN)
  }

  const list = (path: Path): void => {
    at++
    for (let index = 0; skip(BLANK) !== undefined && toml[at] !== ']' && at < toml.length; index++) {
      const start = at
      record([...path, index])
      value([...path, index])
      skip(BLANK)
      if (toml[at] === ',') at++
      // A brace that closes nothing.
      if (at === start) break
    }
    at++
  }

  const inlineTable = (path: Path): void => {
    at++
    while (skip(BLANK) !== undefined && toml[at] !== '}' && at < toml.length) {
      pair(path)
      skip(BLANK)
      if (toml[at] === ',') at++
    }
    at++
  }

  let table: Path = []
  for (skip(BLANK); at < toml.length; skip(BLANK))
    if (toml[at] === '[') table = header()
    else pair(table)

  return {
    paths,
    lineOf(path) {
      for (let length = Math.min(path.length, 2 * DEEPEST); length > 0; length--) {
        const found = lines.get(id(path.slice(0, length)))
        if (found !== undefined) return found
      }
      return 1
    },
  }
}

const id = (path: Path): string => JSON.stringify(path)

const SPACES = /[ \t]*/y
const BLANK = /(?:[ \t\r\n]|#[^\n]*)*/y
const REST_OF_LINE = /[^\n]*/y
const DOT = /\./y
const BARE = /[^\s.=\]"']+/y
/** Up to what ends a number, a date or a word. */
const PLAIN = /[^,\]}#\n]*/y
const QUOTED = /"""(?:[^"\\]|\\[^]|"{1,2}(?!"))*"{3,5}|'''(?:[^']|'{1,2}(?!'))*'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'/y
