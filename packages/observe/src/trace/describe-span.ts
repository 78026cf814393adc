import { inputTokens, type TraceSpan } from '@rt/core'
import { spanUsage } from '../cost/span-usage.ts'
import { SEMCONV } from '../semconv.ts'
import { describeStep } from './describe-step.ts'
import { formatCount, join, number } from './figures.ts'

/** What a line of the tree says beside name and time: the first text on the line, the others below it. */
export const describeSpan = (span: TraceSpan): string[] => {
  const { attributes } = span
  const isChat = span.name.startsWith('chat ') || attributes[SEMCONV.operation] === 'chat'
  const step = isChat ? describeChat(attributes) : describeStep(span)
  const lines = step === undefined ? describeOther(attributes) : [step]
  if (span.status === 'error') lines.unshift(join([String(attributes[SEMCONV.errorType] ?? 'error'), span.message]))
  return lines.filter(Boolean)
}

type Attributes = TraceSpan['attributes']

/** `prefill 124 (488 cached) 620 ms · decode 22 @ 71/s · 0.0183 USD` */
const describeChat = (attributes: Attributes): string => {
  const usage = spanUsage(attributes)
  if (!usage) return ''
  const [queue, prefill, decode] = [SEMCONV.queueMs, SEMCONV.prefillMs, SEMCONV.decodeMs].map((name) =>
    number(attributes, name),
  )
  const cached = usage.cacheRead ? ` (${formatCount(usage.cacheRead)} cached)` : ''
  const rate = decode ? ` @ ${formatCount((usage.output / decode) * 1000)}/s` : ''
  const usd = number(attributes, SEMCONV.costUsd)
  return join([
    queue !== undefined && queue >= 1 && `queue ${formatCount(queue)} ms`,
    `prefill ${formatCount(inputTokens(usage) - usage.cacheRead)}${cached}${prefill === undefined ? '' : ` ${formatCount(prefill)} ms`}`,
    `decode ${formatCount(usage.output)}${rate}`,
    usd ? `${usd.toFixed(4)} USD` : attributes[SEMCONV.costUnknown] === true && 'price unknown',
  ])
}

/** The context budget when there is one, then every `rt.` figure under its own name. */
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
