import { addUsage, type CostRow, emptyUsage, inputTokens } from '@rt/core'
import { formatCount, formatUsd, printable } from './figures.ts'

export interface FormatCostOptions {
  /** ANSI colours. Default false. */
  color?: boolean
  /** Columns there are: names that need more lose their beginning, down to 16 letters. Default: as many as they need. */
  width?: number
}

type Sums = Omit<CostRow, 'day' | 'model'>

const DAY_WIDTH = 10
/** Calls, tokens in, cached, out, USD, seconds of this machine. */
const HEADINGS = ['calls', 'tokens in', 'cached', 'out', 'USD', 'local']
const GAP = 2
const LEAST_NAME = 16

/** What models did as a table for the terminal, with one line for all of it. Ends without a newline. */
export const formatCost = (rows: CostRow[], { color = false, width = Infinity }: FormatCostOptions = {}): string => {
  const cells = rows.map((row) => describe(row, 'unknown'))
  // A sum over unknown prices is a lower bound.
  const total = describe(sum(rows), `${formatUsd(known(rows))} + ?`)
  const widths = HEADINGS.map(
    (heading, index) => GAP + Math.max(heading.length, ...[...cells, total].map((row) => row[index]!.length)),
  )
  const names = rows.map(({ model }) => printable(model))
  const left = width - 1 - DAY_WIDTH - GAP - widths.reduce((all, column) => all + column, 0)
  const nameWidth = Math.max(LEAST_NAME, Math.min(left, Math.max(...names.map(({ length }) => length))))
  const paint = (code: number, text: string): string => (color ? `\u001B[${code}m${text}\u001B[0m` : text)
  const line = (day: string, name: string, figures: string[]): string => {
    const columns = figures.map((figure, index) => figure.padStart(widths[index]!)).join('')
    return ` ${day.padEnd(DAY_WIDTH)}${' '.repeat(GAP)}${cutStart(name, nameWidth).padEnd(nameWidth)}${columns}`
  }
  return [
    paint(2, line('day', 'model', HEADINGS)),
    ...rows.map(({ day }, index) => line(rows[index - 1]?.day === day ? '' : day, names[index]!, cells[index]!)),
    paint(1, line('all', '', total)),
  ].join('\n')
}

/** Models of one provider differ at the end of their names. */
const cutStart = (text: string, width: number): string =>
  text.length > width ? `…${text.slice(text.length - width + 1)}` : text

const describe = ({ calls, usage, usd, localMs }: Sums, unknown: string): string[] => [
  formatCount(calls),
  formatCount(inputTokens(usage)),
  formatCount(usage.cacheRead),
  formatCount(usage.output),
  usd === null ? unknown : formatUsd(usd),
  `${(localMs / 1000).toFixed(1)} s`,
]

const sum = (rows: CostRow[]): Sums => ({
  calls: rows.reduce((total, { calls }) => total + calls, 0),
  usage: rows.reduce((total, { usage }) => addUsage(total, usage), emptyUsage()),
  usd: rows.some(({ usd }) => usd === null) ? null : known(rows),
  localMs: rows.reduce((total, { localMs }) => total + localMs, 0),
})

const known = (rows: CostRow[]): number => rows.reduce((total, { usd }) => total + (usd ?? 0), 0)
