import { RtError } from '@rt/core'
import { parse, TomlError } from 'smol-toml'
import { type KeyLines, locateKeys, type Path } from './locate-keys.ts'
import { type Mistake, mistakesError } from './mistakes.ts'
import { isSecret, visible, withoutLogins } from './shown.ts'

/**
 * The tables of a TOML document.
 *
 * @throws RtError `config_invalid` with line, column, the line itself and what is wrong with it.
 */
export const parseToml = (text: string, file: string): Record<string, unknown> => {
  try {
    return parse(text, { unsafeKeyBehaviour: 'throw', maxDepth: 50 })
  } catch (cause) {
    if (cause instanceof TomlError) throw mistakesError(file, [explain(text, cause)])
    throw new RtError({ code: 'config_invalid', message: `${file} could not be read as TOML.`, cause })
  }
}

const explain = (text: string, { line, column, message }: TomlError): Mistake => {
  const lines = text.split(/\r?\n/)
  const said = message.split('\n', 1)[0]!.replace(/^Invalid TOML document: /, '')
  const why = said.includes('redefine') ? twice(lines, line) : `${reason(said, lines[line - 1]!.trim())} (${said})`
  return { line, column, where: repeat(lines, line), why }
}

/** In our words where the mistake is a common one. */
const reason = (said: string, written: string): string => {
  if (/^\[[^\]]*$/.test(written)) return 'The table has no closing bracket: [name].'
  if (/unfinished string|control characters/.test(said)) return 'The text has no closing quote.'
  if (/^[\w."'-]+\s*=\s*$/.test(written)) return 'There is no value after the equals sign.'
  if (/^[\w."'-]+\s*=\s*[A-Za-z]/.test(written))
    return 'Text must stand in quotes; the only other words are true and false.'
  if (/^[\w."'-]+(\s*(:|$)|\s+[^=\s])/.test(written)) return 'A key is written as key = value.'
  return 'This is not TOML.'
}

/** Names the first of two where what stands before the second is a document of its own. */
const twice = (lines: string[], line: number): string => {
  const { table, path } = written(lines, line)
  const before = located(lines.slice(0, line - 1).join('\n'))
  const name = visible(/^\s*\[/.test(lines[line - 1]!) ? `[${path.join('.')}]` : `"${path.at(-1)}"`)
  const known = !table.startsWith('[[') && before?.paths.some((one) => String(one) === String(path))
  return `${name} is set twice${known ? `, first in line ${before?.lineOf(path)}` : ''}: keep one of them.`
}

const HEADER = /^\s*\[\[?[^\],]+\]?\]?\s*(#.*)?$/
const PAIR = /^\s*[\w."'-][\w."' -]*=/
/** No header is longer, and the expression looks at blanks in it more than once. */
const LONGEST_HEADER = 500
const isHeader = (line: string): boolean => line.length <= LONGEST_HEADER && HEADER.test(line)

/** The table that a line stands in, and the path of the nearest key or header that begins there or above. */
const written = (lines: string[], line: number): { table: string; path: Path } => {
  const above = lines.slice(0, line)
  const table = above.findLast(isHeader) ?? ''
  const start = above.findLast((one) => isHeader(one) || PAIR.test(one)) ?? ''
  const paths = safely(() => locateKeys(start === table ? table : `${table}\n${PAIR.exec(start)?.[0]}0`))?.paths
  return { table: table.trim(), path: paths?.findLast((path) => path.every((part) => typeof part === 'string')) ?? [] }
}

/** The keys of a part of a document; undefined when it is none by itself, as half a text of several lines. */
const located = (text: string): KeyLines | undefined =>
  safely(() => {
    parse(text, { maxDepth: 50 })
    return locateKeys(text)
  })

const safely = <T>(work: () => T): T | undefined => {
  try {
    return work()
  } catch {
    return undefined
  }
}

const LONGEST = 100

/** The line, unless a secret may stand in it: a value that goes on over several lines has its key above. */
const repeat = (lines: string[], line: number): string => {
  const text = lines[line - 1]!.trim()
  const { path } = written(lines, line)
  const key = /^[\w."'-]+/.exec(text)?.[0] ?? ''
  const words = text.split(/[\s"'=,]+/).filter(Boolean)
  const secret = isSecret(path, 'text') || isSecret([key], 'text') || words.some((word) => isSecret(['', 'word'], word))
  const shown = secret ? `${PAIR.exec(text)?.[0] ?? ''} …`.trim() : visible(withoutLogins(text))
  return shown.length > LONGEST ? `${shown.slice(0, LONGEST - 1)}…` : shown
}
