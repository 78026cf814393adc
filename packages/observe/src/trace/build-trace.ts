import { addUsage, emptyUsage, type Trace, type TraceCost, type TraceSpan } from '@rt/core'
import { modelName } from '../cost/model-name.ts'
import { spanUsage } from '../cost/span-usage.ts'
import { PRICED_OPERATIONS, SEMCONV } from '../semconv.ts'

/** A span before it has its place in the tree. */
export interface FlatSpan extends Omit<TraceSpan, 'children'> {
  parentId: string | null
}

/** Spans of one trace as a tree with its totals. A span whose parent is missing stands at the top. */
export const buildTrace = (traceId: string, flat: FlatSpan[]): Trace => {
  const ordered = flat.toSorted((a, b) => a.startedAt - b.startedAt)
  const nodes = new Map(ordered.map((span) => [span.spanId, toNode(span)]))
  const spans: TraceSpan[] = []
  for (const { spanId, parentId } of ordered) {
    const siblings = (parentId !== null && parentId !== spanId && nodes.get(parentId)?.children) || spans
    siblings.push(nodes.get(spanId)!)
  }
  const root = ordered.find(({ parentId }) => parentId === null) ?? ordered[0]
  const startedAt = ordered[0]?.startedAt ?? 0
  const writing = ordered.filter(({ attributes }) => writesText(attributes))
  const thread = root?.attributes['gen_ai.conversation.id']
  const end = Math.max(startedAt, ...ordered.map((span) => span.startedAt + span.ms))
  return {
    traceId,
    name: root?.name ?? '',
    startedAt,
    ms: end - startedAt,
    status: root?.status ?? 'ok',
    models: [...new Set(writing.map(({ attributes }) => modelName(attributes)))],
    ...(typeof thread === 'string' && { thread }),
    usage: writing.reduce((sum, { attributes }) => addUsage(sum, spanUsage(attributes) ?? emptyUsage()), emptyUsage()),
    cost: sumCost(ordered),
    spans,
  }
}

const toNode = (flat: FlatSpan): TraceSpan => {
  const { parentId: _, ...span } = flat
  return { ...span, children: [] }
}

const writesText = (attributes: TraceSpan['attributes']): boolean =>
  PRICED_OPERATIONS.has(attributes[SEMCONV.operation]) && attributes[SEMCONV.operation] !== 'embeddings'

const sumCost = (spans: FlatSpan[]): TraceCost => {
  let usd = 0
  let localMs = 0
  const unpriced = new Set<string>()
  for (const { attributes, ms } of spans) {
    const cost = attributes[SEMCONV.costUsd]
    if (typeof cost === 'number') usd += cost
    if (attributes[SEMCONV.costUnknown] === true) {
      const names = attributes[SEMCONV.costUnpriced]
      for (const name of Array.isArray(names) ? names : [modelName(attributes)]) unpriced.add(String(name))
    }
    if (attributes[SEMCONV.local] === true) localMs += ms
  }
  return { usd: unpriced.size ? null : usd, unpriced: [...unpriced], localMs }
}
