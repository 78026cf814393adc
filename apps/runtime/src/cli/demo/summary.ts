import { addUsage, inputTokens } from '@rt/core'
import type { TraceSpan } from '@rt/observe/trace'
import type { Runtime } from '../../runtime.ts'
import { count, duration, plural } from '../output/units.ts'
import type { WatchedTurn } from '../output/watch-turn.ts'

/** The traces of the turns in one line: requests, spans, tokens, cost, time. */
export const summarize = async (runtime: Runtime, turns: WatchedTurn[]): Promise<string> => {
  const traces = await Promise.all(turns.map(({ traceId }) => runtime.trace.get(traceId)))
  const usage = turns.map((turn) => turn.usage).reduce(addUsage)
  const unpriced = traces.some(({ cost }) => cost.usd === null)
  const usd = unpriced ? 'cost unknown' : `${sum(traces.map(({ cost }) => cost.usd ?? 0)).toFixed(2)} USD`
  return [
    plural(traces.length, 'request'),
    plural(sum(traces.map(({ spans }) => countSpans(spans))), 'span'),
    `${count(inputTokens(usage))} in (${count(usage.cacheRead)} cached)`,
    `${count(usage.output)} out`,
    `${usd}, local ${duration(sum(traces.map(({ cost }) => cost.localMs)))}`,
  ].join(' · ')
}

const countSpans = (spans: TraceSpan[]): number => sum(spans.map(({ children }) => 1 + countSpans(children)))

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0)
