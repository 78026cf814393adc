import type { AttributeValue, TraceSpan } from '@rt/core'
import { SEMCONV } from '../semconv.ts'
import { formatCount, join, number } from './figures.ts'

type Attributes = TraceSpan['attributes']

/** More scores than this say no more. */
const SCORES = 4

/** One line for a step of rt's own, by the first word of its name; undefined for any other span. */
export const describeStep = ({ name, attributes }: TraceSpan): string | undefined =>
  STEPS.get(name.split(' ', 1)[0]!)?.(attributes)

/** `thread ada`; a principal only when it is not the one of this machine. */
const describeRequest = (attributes: Attributes): string => {
  const principal = attributes['rt.principal']
  return join([
    labelled('thread', attributes['gen_ai.conversation.id']),
    principal !== 'local' && labelled('principal', principal),
  ])
}

/** `hybrid · 2 of 4 · 1.00 0.66`: passages given of those found, and their fused scores. */
const describeRetrieval = (attributes: Attributes): string => {
  const [found, returned] = [number(attributes, 'rt.retrieval.found'), number(attributes, 'rt.retrieval.returned')]
  const list = attributes['rt.retrieval.scores']
  const scores = Array.isArray(list) ? list.filter((score) => typeof score === 'number') : []
  const shown = scores.slice(0, SCORES).map((score) => score.toFixed(2))
  return join([
    text(attributes['rt.retrieval.mode']),
    found !== undefined && `${formatCount(returned ?? 0)} of ${formatCount(found)}`,
    [...shown, ...(scores.length > SCORES ? ['…'] : [])].join(' '),
  ])
}

/** `hybrid · 4 hits`, and the attempts when writes came between. */
const describeSearch = (attributes: Attributes): string =>
  join([
    text(attributes['rt.vector.mode']),
    counted(attributes, 'rt.vector.hits', 'hit'),
    (number(attributes, 'rt.vector.attempts') ?? 1) > 1 && counted(attributes, 'rt.vector.attempts', 'attempt'),
  ])

/** `hybrid · 9 of 200`: tools shown of those there are. */
const describeSelection = (attributes: Attributes): string => {
  const [all, shown] = [number(attributes, 'rt.tools.all'), number(attributes, 'rt.tools.shown')]
  return join([
    text(attributes['rt.tools.search']),
    shown !== undefined && `${formatCount(shown)} of ${formatCount(all ?? 0)}`,
  ])
}

/** `12 files · 1 changed · 73 chunks · 4 embedded`: of the kinds of files only those that occurred. */
const describeIngest = (attributes: Attributes): string => {
  const embedded = number(attributes, 'rt.ingest.embedded')
  return join([
    counted(attributes, 'rt.ingest.files', 'file'),
    ...['added', 'changed', 'failed'].map((kind) => {
      const files = number(attributes, `rt.ingest.${kind}`)
      return files ? `${formatCount(files)} ${kind}` : undefined
    }),
    counted(attributes, 'rt.ingest.chunks', 'chunk'),
    embedded !== undefined && `${formatCount(embedded)} embedded`,
  ])
}

/** `email · redact · 2`: by what rule, what was done, how often. */
const describeGuard = (attributes: Attributes): string => {
  const [count, score] = [number(attributes, 'rt.guard.count') ?? 1, number(attributes, 'rt.guard.score')]
  return join([
    text(attributes['rt.guard.rule']),
    text(attributes['rt.guard.action']),
    score !== undefined && score.toFixed(2),
    count > 1 && `${formatCount(count)} times`,
  ])
}

const counted = (attributes: Attributes, name: string, noun: string): string => {
  const value = number(attributes, name)
  return value === undefined ? '' : `${formatCount(value)} ${noun}${value === 1 ? '' : 's'}`
}

const text = (value: AttributeValue | undefined): string | undefined => (typeof value === 'string' ? value : undefined)

const labelled = (label: string, value: AttributeValue | undefined): string | undefined =>
  text(value) && `${label} ${text(value)}`

const STEPS = new Map<string, (attributes: Attributes) => string>([
  ['request', describeRequest],
  ['retrieval', describeRetrieval],
  ['vector.search', describeSearch],
  ['vector.upsert', (attributes) => counted(attributes, 'rt.vector.records', 'record')],
  ['tools.select', describeSelection],
  ['execute_tool', (attributes) => counted(attributes, 'rt.tool.attempts', 'attempt')],
  ['memory.commit', (attributes) => counted(attributes, 'rt.memory.messages', 'message')],
  ['guard', describeGuard],
  ['ingest', describeIngest],
  ['rerank', (attributes) => counted(attributes, 'rt.rerank.documents', 'document')],
  ['embeddings', (attributes) => counted(attributes, SEMCONV.inputTokens, 'token')],
])
