import { inputTokens, type Trace, type TraceCost, type TraceSpan } from '@rt/core'
import { describeSpan } from './describe-span.ts'
import { cut, describeCache, formatCount, formatUsd, join, printable, wrap } from './figures.ts'

const NAME_WIDTH = 32
const TIME_WIDTH = 11

export interface FormatTraceOptions {
  /** ANSI colours. Default false. */
  color?: boolean
  /** Columns to fill. Default 100, at least 60. */
  width?: number
  /** One more line below a span, e.g. what a route decided. Default: none. */
  describe?: (span: TraceSpan) => string | undefined
}

interface Line {
  text: string
  ms?: number
  status: 'ok' | 'error'
  isRoot?: boolean
}

/** A trace as a tree for the terminal: steps, times, tokens, cost. Ends without a newline. */
export const formatTrace = (
  trace: Trace,
  { color = false, width = 100, describe = () => undefined }: FormatTraceOptions = {},
): string => {
  const textWidth = Math.max(60, width) - TIME_WIDTH
  const paint = (code: number, text: string): string => (color && text ? `\u001B[${code}m${text}\u001B[0m` : text)
  const print = ({ text, ms, status, isRoot }: Line): string => {
    if (ms === undefined) return paint(status === 'error' ? 31 : 2, text)
    const body = cut(text, textWidth).padEnd(textWidth) + `${formatCount(ms)} ms`.padStart(TIME_WIDTH)
    return status === 'error' ? paint(31, body) : isRoot ? paint(1, body) : body
  }
  const place: Place = { head: ' ', below: ' ', textWidth, describe }
  const lines = trace.spans.flatMap((span) => spanLines(span, place))
  return [
    paint(2, ` trace ${trace.traceId}  ${new Date(trace.startedAt).toISOString()}  ${trace.status}`),
    ...lines.map(print),
    ` ${tokenLine(trace)}`,
    ` ${costLine(trace.cost)}`,
  ].join('\n')
}

interface Place {
  /** What stands before the name, and before the lines below it. */
  head: string
  below: string
  textWidth: number
  describe: (span: TraceSpan) => string | undefined
  parent?: TraceSpan
  /** The error of a span above, which is not said twice. */
  said?: string
}

const spanLines = (span: TraceSpan, place: Place): Line[] => {
  const { head, below, textWidth, describe, parent, said } = place
  const { ms, status, children } = span
  const text = describeSpan(span, parent)
  const stem = children.length ? `${below}│  ` : `${below}   `
  const name = `${head}${printable(span.name)}`.padEnd(NAME_WIDTH)
  const message = text.message === said ? undefined : text.message
  const whole = join([text.first, message])
  const room = textWidth - name.length - 2
  const fits = whole.length <= room
  const lines = (all: string[], kind: Line['status']): Line[] =>
    all
      .flatMap((line) => wrap(printable(line), textWidth + TIME_WIDTH - stem.length))
      .map((line) => ({ text: `${stem}${line}`, status: kind }))
  const [first, rest] = fits ? [whole, ''] : breakAtDot(text.first, room)
  const more = describe(span)
  return [
    { text: `${name}  ${printable(first)}`, ms, status, isRoot: head === ' ' },
    ...(fits || message === undefined ? [] : lines([message], 'error')),
    ...lines([rest, ...text.below, more ?? ''], 'ok'),
    ...children.flatMap((child, index) => {
      const isLast = index === children.length - 1
      return spanLines(child, {
        ...place,
        head: `${below}${isLast ? '└─' : '├─'} `,
        below: `${below}${isLast ? '   ' : '│  '}`,
        parent: span,
        ...(text.message !== undefined && { said: text.message }),
      })
    }),
  ]
}

/** What of a list with dots between has room on its line, and the rest. */
const breakAtDot = (text: string, room: number): [first: string, rest: string] => {
  const at = text.length > room ? text.lastIndexOf(' · ', room) : -1
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 3)]
}

const tokenLine = ({ usage }: Trace): string => {
  return `tokens ${formatCount(inputTokens(usage))} in${describeCache(usage)} · ${formatCount(usage.output)} out`
}

const costLine = ({ usd, unpriced, localMs }: TraceCost): string => {
  const cloud =
    usd === null ? `unknown (no price for ${unpriced.map(printable).join(', ')})` : `${formatUsd(usd)} USD cloud`
  return `cost ${cloud} · ${(localMs / 1000).toFixed(1)} s local`
}
