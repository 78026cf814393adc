import { wrongArgument } from '../wrong-argument.ts'

const MOST_CHARACTERS = 10_000
const READING = ['select', 'with', 'values']
/** Loads code, reads and writes files: not in the SQLite of Node, or switched off there, and refused here all the same. */
const FORBIDDEN = /^(?:pragma_\w*|load_extension|readfile|writefile|edit|fts3_tokenizer)$/i
/** As SQLite reads: blanks are these five characters, and whatever is not ASCII may stand in a name. */
const TOKEN =
  /([ \t\n\f\r]+|--[^\n]*|\/\*[\s\S]*?\*\/)|('(?:[^']|'')*')|("(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])|([A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*)|(;)|(\d[\w.]*|(?!\/\*)[^ \t\n\f\r\w'"`[;])/y

/**
 * One statement that reads. The connection it runs on is read-only, which keeps it from writing; here it is kept from
 * attaching other files and from changing the connection: `ATTACH`, `PRAGMA` and the like are statements of their own.
 *
 * @throws RtError `tool_arguments` saying what is not allowed.
 */
export const checkStatement = (sql: string): string => {
  if (sql.length > MOST_CHARACTERS) throw wrongArgument(`the statement is longer than ${MOST_CHARACTERS} characters.`)
  if (sql.includes('\0')) throw wrongArgument('the statement has a NUL character in it.')
  let first: string | undefined
  let ended = false
  for (let at = 0; at < sql.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at
    const found = TOKEN.exec(sql)
    if (!found) throw wrongArgument(`the statement cannot be read from ${JSON.stringify(sql.slice(at, at + 20))} on.`)
    const [, blank, text, quoted, word, semicolon] = found
    if (blank !== undefined) continue
    if (ended) throw wrongArgument('only one statement at a time.')
    // SQLite takes a text for a name where only a name fits.
    const name = word ?? (text ?? quoted)?.slice(1, -1)
    if (name !== undefined && FORBIDDEN.test(name)) throw wrongArgument(`${name} may not be used.`)
    if (semicolon !== undefined) ended = true
    else first ??= word?.toLowerCase() ?? ''
  }
  if (first === undefined || !READING.includes(first))
    throw wrongArgument('only statements that read: they begin with SELECT, WITH or VALUES.')
  return sql
}
