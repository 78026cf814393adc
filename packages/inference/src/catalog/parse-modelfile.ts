import { RtError } from '@rt/core'

/** One instruction of a Modelfile. */
export interface ModelfileLine {
  /** In capitals. */
  command: string
  /** First word of `PARAMETER` and `MESSAGE`. */
  key?: string
  value: string
  /** From 1. */
  line: number
}

const COMMANDS = ['FROM', 'PARAMETER', 'TEMPLATE', 'SYSTEM', 'ADAPTER', 'LICENSE', 'MESSAGE', 'REQUIRES']
const KEYED = ['PARAMETER', 'MESSAGE']
const QUOTES = '"""'
const MOST_LENGTH = 1024 * 1024

/**
 * Takes a Modelfile of Ollama apart: one instruction a line, texts of several lines in three quotation marks, `#` for
 * comments.
 *
 * @throws RtError `invalid_request` naming the line.
 */
export const parseModelfile = (text: string): ModelfileLine[] => {
  if (text.length > MOST_LENGTH) throw refused(1, `the file is longer than ${MOST_LENGTH} characters`)
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)
  const found: ModelfileLine[] = []
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!.trim()
    if (line === '' || line.startsWith('#')) continue
    const [, word = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(line)!
    const command = word.toUpperCase()
    if (!COMMANDS.includes(command))
      throw refused(at + 1, `it begins with ${JSON.stringify(word.slice(0, 40))}, which is no instruction`)
    const [, key = '', after = ''] = KEYED.includes(command) ? /^(\S*)\s*(.*)$/s.exec(rest)! : ['', '', rest]
    const begin = at
    const { value, last } = readValue(lines, at, after)
    at = last
    if (value === '' || (KEYED.includes(command) && key === '')) throw refused(begin + 1, `${command} says nothing`)
    found.push({ command, value, line: begin + 1, ...(key && { key: key.toLowerCase() }) })
  }
  return found
}

const readValue = (lines: string[], at: number, text: string): { value: string; last: number } => {
  if (!text.startsWith(QUOTES)) return { value: unquote(text.trim()), last: at }
  const opened = text.slice(QUOTES.length)
  const same = opened.indexOf(QUOTES)
  if (same >= 0) return { value: opened.slice(0, same), last: at }
  const block = [opened]
  for (let next = at + 1; next < lines.length; next++) {
    const end = lines[next]!.indexOf(QUOTES)
    if (end < 0) block.push(lines[next]!)
    else return { value: [...block, lines[next]!.slice(0, end)].join('\n').replace(/^\n/, ''), last: next }
  }
  throw refused(at + 1, 'its text begins with """ and has no end')
}

const unquote = (text: string): string =>
  text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text

const INSTRUCTIONS = 'Instructions are FROM, PARAMETER, SYSTEM, MESSAGE, ADAPTER, TEMPLATE and LICENSE, one a line.'

export const refused = (line: number, what: string, hint: string = INSTRUCTIONS): RtError =>
  new RtError({
    code: 'invalid_request',
    message: `line ${line} of the Modelfile: ${what}.`,
    hint,
    data: { line },
  })
