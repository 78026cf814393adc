import { extname } from 'node:path'
import { describeBytes } from '../describe-bytes.ts'
import { decodeMarked } from '../decode-text.ts'
import { fault, type Loader } from '../loaded-document.ts'
import { createRecords } from '../records.ts'
import { readRows } from './read-rows.ts'

/** Each row becomes lines `column: value`, so that it can be understood alone; empty cells are left out. */
export const loadCsv: Loader = async ({ bytes, name, limits }) => {
  const tabs = extname(name).toLowerCase() === '.tsv'
  const kind = tabs ? 'TSV' : 'CSV'
  if (describeBytes(bytes) === 'HTML') throw fault(`not ${kind}: it is HTML`)
  const text = decodeMarked(bytes, kind)
  const { rows, openQuote } = readRows(text, tabs ? '\t' : findSeparator(text))
  const [first = [], ...rest] = rows
  const header = isHeader(first, rest) ? first.map((cell) => cell.trim()) : undefined
  const columns = header?.length ?? first.length
  const records = createRecords(limits.textBytes)
  let uneven = 0
  for (const row of header ? rest : rows) {
    if (row.length !== columns) uneven++
    const cells = row.map((cell, index) => [header?.[index] || `column ${index + 1}`, cell.trim()] as const)
    records.add(
      [],
      cells.flatMap(([column, cell]) => (cell ? `${column}: ${cell}` : [])),
    )
  }
  return records.end([
    ...(openQuote === undefined ? [] : [`line ${openQuote}: a quote is never closed; from there on quotes are text`]),
    ...(uneven ? [`${uneven} of ${rows.length} rows do not have ${columns} cells`] : []),
  ])
}

/** The one that stands most often in the first line outside quotes; a comma when none does. */
const findSeparator = (text: string): string => {
  const line = /^(?:"(?:[^"]|"")*"|[^"\r\n])*/.exec(text.slice(0, 100_000))![0].replace(/"(?:[^"]|"")*"/g, '')
  const counts = [',', ';', '\t', '|'].map((separator) => ({ separator, count: line.split(separator).length - 1 }))
  return counts.reduce((best, next) => (next.count > best.count ? next : best)).separator
}

/** Names, each once and none a figure, above at least one row. */
const isHeader = (first: string[], rest: string[][]): boolean => {
  const cells = first.map((cell) => cell.trim()).filter(Boolean)
  return (
    rest.length > 0 &&
    cells.length > 0 &&
    new Set(cells).size === cells.length &&
    cells.every((cell) => cell.length <= 200 && !/^[-+]?[\d.,:/%\s-]+$/.test(cell))
  )
}
