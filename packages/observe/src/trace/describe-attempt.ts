import type { TraceSpan } from '@rt/core'
import { join } from './figures.ts'

/** `attempt 2 · answered`: a leg of a route asked once, below the call of the route. Why it failed is said elsewhere. */
export const describeAttempt = (span: TraceSpan, call: TraceSpan | undefined): string => {
  const attempts = call?.children.filter(({ name }) => name === span.name) ?? []
  const attempt = attempts.indexOf(span) + 1
  return join([attempt > 1 && `attempt ${attempt}`, span.status === 'ok' && resultOf(span, call)])
}

const resultOf = ({ attributes }: TraceSpan, call: TraceSpan | undefined): string | undefined => {
  const legs = list(call?.attributes['rt.route.legs'])
  const results = list(call?.attributes['rt.route.results']).filter((_, at) => legs[at] === attributes['rt.route.leg'])
  if (results.includes('ok')) return 'answered'
  return results.includes('lost') ? 'slower, not needed' : undefined
}

const list = (value: TraceSpan['attributes'][string] | undefined): unknown[] => (Array.isArray(value) ? value : [])
