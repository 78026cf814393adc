import type { Attributes } from '@rt/core'
import { ROUTE_ATTRIBUTES } from './route-trace.ts'

/** How results read. The other codes speak for themselves. */
const WORDS: Record<string, string> = {
  overloaded: 'busy',
  rate_limited: '429',
  local_only: 'local-only data',
  open: 'resting after failures',
  lost: 'slower',
}

/**
 * One line about what a route did, e.g. `route qwen3:1.7b (busy) -> anthropic/claude-sonnet-4-5 retry 1 after 429`;
 * undefined for a span without a route. Names come from settings and traces: strip them before a terminal.
 */
export const describeRoute = (attributes: Attributes): string | undefined => {
  const id = attributes[ROUTE_ATTRIBUTES.id]
  if (typeof id !== 'string') return undefined
  if (attributes[ROUTE_ATTRIBUTES.cacheHit] === true)
    return `route ${id} answered from the cache${nearness(attributes)}`
  const legs = strings(attributes[ROUTE_ATTRIBUTES.legs])
  const results = strings(attributes[ROUTE_ATTRIBUTES.results])
  const visits = toVisits(legs, results).map(describeVisit)
  const continued = Number(attributes[ROUTE_ATTRIBUTES.continued] ?? 0)
  return [
    `route ${visits.join(' -> ') || id}`,
    ...(continued > 0 ? [`continued ${continued === 1 ? 'once' : `${continued} times`} in mid-answer`] : []),
    ...(attributes[ROUTE_ATTRIBUTES.hedged] === true ? ['hedged'] : []),
  ].join(', ')
}

const nearness = (attributes: Attributes): string => {
  const similarity = attributes[ROUTE_ATTRIBUTES.cacheSimilarity]
  const threshold = attributes[ROUTE_ATTRIBUTES.cacheThreshold]
  if (typeof similarity !== 'number' || typeof threshold !== 'number') return ''
  return ` (similar ${similarity.toFixed(3)} >= ${threshold})`
}

interface Visit {
  leg: string
  results: string[]
}

/** Attempts of one leg that follow each other. */
const toVisits = (legs: string[], results: string[]): Visit[] => {
  const visits: Visit[] = []
  legs.forEach((leg, index) => {
    const result = results[index] ?? 'unknown'
    const last = visits.at(-1)
    if (last?.leg === leg) last.results.push(result)
    else visits.push({ leg, results: [result] })
  })
  return visits
}

const describeVisit = ({ leg, results }: Visit): string => {
  const ok = results.indexOf('ok')
  const tries = ok < 0 ? results : results.slice(0, ok + 1)
  const before = tries.at(-2)
  const retries = before === undefined ? '' : ` retry ${tries.length - 1} after ${word(before)}`
  const last = results.at(-1)!
  const end = last === 'ok' ? '' : ok < 0 ? ` (${word(last)})` : ` (${word(last)} in mid-answer)`
  return leg + retries + end
}

const word = (result: string): string => WORDS[result] ?? result

const strings = (value: Attributes[string]): string[] => (Array.isArray(value) ? value.map(String) : [])
