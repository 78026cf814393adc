import { totalTokens, type TraceSpan } from '@rt/core'
import { spanUsage } from '../cost/span-usage.ts'
import { SEMCONV } from '../semconv.ts'
import { describeCache, formatCount, join, number } from './figures.ts'

/** `prefill 12 (3,200 cached, 800 written) 620 ms · decode 22 @ 71/s · 0.0183 USD`; the three counts of a prompt are disjoint. */
export const describeChat = ({ attributes, status }: TraceSpan): string => {
  if (attributes[SEMCONV.cacheHit] === true) return describeHit(attributes)
  const usage = spanUsage(attributes)
  if (!usage || (status === 'error' && totalTokens(usage) === 0)) return ''
  const [queue, prefill, decode] = [SEMCONV.queueMs, SEMCONV.prefillMs, SEMCONV.decodeMs].map((name) =>
    number(attributes, name),
  )
  const rate = decode ? ` @ ${formatCount((usage.output / decode) * 1000)}/s` : ''
  const usd = number(attributes, SEMCONV.costUsd)
  return join([
    queue !== undefined && queue >= 1 && `queue ${formatCount(queue)} ms`,
    `prefill ${formatCount(usage.input)}${describeCache(usage)}${prefill === undefined ? '' : ` ${formatCount(prefill)} ms`}`,
    `decode ${formatCount(usage.output)}${rate}`,
    usd
      ? `${usd < 0.01 ? usd.toPrecision(2) : usd.toFixed(4)} USD`
      : attributes[SEMCONV.costUnknown] === true && 'price unknown',
  ])
}

/** A whole answer that was kept: no model was asked. */
const describeHit = (attributes: TraceSpan['attributes']): string => {
  const saved = number(attributes, SEMCONV.cacheSavedTokens)
  return join(['response cache', saved !== undefined && `saved ${formatCount(saved)} tokens`])
}
