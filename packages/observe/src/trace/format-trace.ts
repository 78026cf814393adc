import { inputTokens, type Trace, type TraceCost, type TraceSpan } from '@rt/core'
import { describeSpan } from './describe-span.ts'
import { cut, formatCount, formatUsd, printable } from './figures.ts'

const NAME_WIDTH = 32
const TIME_WIDTH = 11

export interface FormatTraceOptions {
  /** ANSI colours. Default false. */
  color?: boolean
  /** Columns to fill. Default 100, at least 60. */
  width?: number
}

interface Line {
  text: string
  ms?: number
  status: 'ok' | 'error'
  isRoot?: boolean
}

/** A trace as a tree for the terminal: steps, times, tokens, cost. Ends without a newline. */
export const formatTrace = (trace: Trace, { color = false, width = 100 }: FormatTraceOptions = {}): string => {
  const textWidth = Math.max(60, width) - TIME_WIDTH
  const paint = (code: number, text: string): string => (color && text ? `\u001B[${code}m${text}\u001B[0m` : text)
  const print = ({ text, ms, status, isRoot }: Line): string => {
    if (ms === undefined) return paint(2, cut(text, textWidth + TIME_WIDTH))
    const body = cut(text, textWidth).padEnd(textWidth) + `${formatCount(ms)} ms`.padStart(TIME_WIDTH)
    return status === 'error' ? paint(31, body) : isRoot ? paint(1, body) : body
  }
  const lines = trace.spans.flatMap((span) => spanLines(span, ' ', ' '))
  return [
    paint(2, ` trace ${trace.traceId}  ${new Date(trace.startedAt).toISOString()}  ${trace.status}`),
    ...lines.map(print),
    ` ${tokenLine(trace)}`,
    ` ${costLine(trace.cost)}`,
  ].join('\n')
}

const spanLines = (span: TraceSpan, head: string, below: string): Line[] => {
  const { ms, status, children } = span
  const [first = '', ...more] = describeSpan(span).map(printable)
  const stem = children.length ? `${below}│  ` : `${below}   `
  const name = `${head}${printable(span.name)}`
  return [
    { text: `${name.padEnd(NAME_WIDTH)}  ${first}`, ms, status, isRoot: head === ' ' },
    ...more.map((text): Line => ({ text: `${stem}${text}`, status: 'ok' })),
    ...children.flatMap((child, index) => {
      const isLast = index === children.length - 1
      return spanLines(child, `${below}${isLast ? '└─' : '├─'} `, `${below}${isLast ? '   ' : '│  '}`)
    }),
  ]
}

const tokenLine = ({ usage }: Trace): string => {
  const cached = usage.cacheRead ? ` (${formatCount(usage.cacheRead)} cached)` : ''
  return `tokens ${formatCount(inputTokens(usage))} in${cached} · ${formatCount(usage.output)} out`
}

const costLine = ({ usd, unpriced, localMs }: TraceCost): string => {
  const cloud =
    usd === null ? `unknown (no price for ${unpriced.map(printable).join(', ')})` : `${formatUsd(usd)} USD cloud`
  return `cost ${cloud} · ${(localMs / 1000).toFixed(1)} s local`
}
