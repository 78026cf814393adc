import type { TraceSpan } from '@rt/core'
import { SEMCONV } from '../semconv.ts'
import { describeAttempt } from './describe-attempt.ts'
import { describeChat } from './describe-chat.ts'
import { describeStep } from './describe-step.ts'
import { formatCount, join, number } from './figures.ts'

/** What the tree says of a span beside name and time. */
export interface SpanText {
  /** On the line of the name. */
  first: string
  /** Of its error; on the same line where there is room. */
  message: string | undefined
  /** Lines of their own. */
  below: string[]
}

/** @param parent the span it stands below, when that is there. */
export const describeSpan = (span: TraceSpan, parent: TraceSpan | undefined): SpanText => {
  const [step = '', ...below] = stepLines(span, parent)
  if (span.status === 'ok') return { first: step, message: undefined, below: below.filter(Boolean) }
  const code = String(span.attributes[SEMCONV.errorType] ?? 'error')
  const isAttempt = isRouteLeg(span)
  return {
    first: join([isAttempt && step, code]),
    message: span.message,
    below: [isAttempt ? '' : step, ...below].filter(Boolean),
  }
}

type Attributes = TraceSpan['attributes']

/** More tools than this are summed up. */
const TOOLS = 4

const stepLines = (span: TraceSpan, parent: TraceSpan | undefined): string[] => {
  if (isRouteLeg(span)) return [describeAttempt(span, parent)]
  if (span.name.startsWith('chat ') || span.attributes[SEMCONV.operation] === 'chat')
    return [describeChat(span), describeTools(span.attributes)]
  const step = describeStep(span)
  return step === undefined ? describeOther(span.attributes) : [step]
}

const isRouteLeg = ({ name, attributes }: TraceSpan): boolean =>
  name.startsWith('route ') && attributes['rt.route.leg'] !== undefined

/** `tools: find_tool 61 · get_weather 42 · 7 more 512`, those first that take most of the prompt. */
const describeTools = (attributes: Attributes): string => {
  const [names, tokens] = [attributes['rt.tool.names'], attributes['rt.tool.tokens']]
  if (!Array.isArray(names) || !Array.isArray(tokens)) return ''
  const tools = names
    .map((name, index): [string, number] => [String(name), Number(tokens[index] ?? 0)])
    .toSorted(([, a], [, b]) => b - a)
  const rest = tools.slice(TOOLS)
  const shown = tools.slice(0, TOOLS).map(([name, count]) => `${name} ${formatCount(count)}`)
  const sum = rest.reduce((total, [, count]) => total + count, 0)
  return `tools: ${join([...shown, rest.length > 0 && `${rest.length} more ${formatCount(sum)}`])}`
}

/** The context budget when there is one, then every `rt.` figure under its own name; a route is described as a whole. */
const describeOther = (attributes: Attributes): string[] => {
  const used = number(attributes, 'rt.context.used')
  const context = ['system', 'tools', 'memory', 'retrieval', 'history']
    .map((part): [string, number] => [part, number(attributes, `rt.context.${part}`) ?? 0])
    .filter(([, tokens]) => tokens > 0)
    .map(([part, tokens]) => `${part} ${formatCount(tokens)}`)
  const trimmed = number(attributes, 'rt.context.trimmed') ?? 0
  const figures = Object.entries(attributes)
    .filter(
      ([name]) =>
        name.startsWith('rt.') &&
        !name.startsWith('rt.context.') &&
        !name.startsWith('rt.route.') &&
        name !== SEMCONV.local &&
        !name.startsWith('rt.cost.'),
    )
    .map(([name, value]) => `${name.slice('rt.'.length).replace(/_ms$/, '')} ${formatValue(name, value)}`)
  const source = attributes[SEMCONV.dataSource]
  const first =
    used === undefined
      ? ''
      : `${formatCount(used)} of ${formatCount(number(attributes, 'rt.context.limit') ?? 0)} tokens`
  const rest = used === undefined ? '' : join([...context, `trimmed: ${trimmed ? formatCount(trimmed) : 'nothing'}`])
  return [join([first, source !== undefined && String(source), ...figures]), rest]
}

const formatValue = (name: string, value: Attributes[string]): string => {
  if (typeof value !== 'number') return String(value)
  const text = Number.isInteger(value) ? formatCount(value) : value.toFixed(2)
  return name.endsWith('_ms') ? `${text} ms` : text
}
