import { addUsage, type CostRow, emptyUsage, inputTokens } from '@rt/core'
import { cut, formatCount, formatUsd, printable } from './figures.ts'

export interface FormatCostOptions {
  /** ANSI colours. Default false. */
  color?: boolean
  /** Columns to fill: what remains is the model's. Default 100, at least 80. */
  width?: number
}

type Sums = Omit<CostRow, 'day' | 'model'>

const DAY_WIDTH = 10
/** Calls, tokens in, cached, out, USD, seconds of this machine. */
const HEADINGS = ['calls', 'tokens in', 'cached', 'out', 'USD', 'local']
const WIDTHS = [8, 12, 12, 10, 11, 9]

/** What models did as a table for the terminal, with one line for all of it. Ends without a newline. */
export const formatCost = (rows: CostRow[], { color = false, width = 100 }: FormatCostOptions = {}): string => {
  const modelWidth = Math.max(80, width) - DAY_WIDTH - 3 - WIDTHS.reduce((sum, column) => sum + column, 0)
  const paint = (code: number, text: string): string => (color ? `\u001B[${code}m${text}\u001B[0m` : text)
  const line = (day: string, model: string, cells: string[]): string => {
    const name = cut(printable(model), modelWidth).padEnd(modelWidth)
    const figures = cells.map((cell, index) => cell.padStart(WIDTHS[index]!)).join('')
    return ` ${day.padEnd(DAY_WIDTH)}  ${name}${figures}`
  }
  return [
    paint(2, line('day', 'model', HEADINGS)),
    ...rows.map((row, index) => {
      const isSameDay = rows[index - 1]?.day === row.day
      return line(isSameDay ? '' : row.day, row.model, describe(row, 'unknown'))
    }),
    // A sum over unknown prices is a lower bound.
    paint(1, line('all', '', describe(sum(rows), `${formatUsd(known(rows))} + ?`))),
  ].join('\n')
}

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
