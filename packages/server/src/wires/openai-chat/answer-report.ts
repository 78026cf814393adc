import type { CitationPart, ContextReport, FinishReason, JsonValue, StreamPart, Usage } from '@rt/core'
import { emptyUsage, inputTokens, totalTokens } from '@rt/core'
import type { WireWarning } from '../decode-body.ts'

/** What rt adds to an answer, under `rt`. */
export interface RtField {
  traceId: string | null
  context: ContextReport | null
  warnings: WireWarning[]
  citations: Omit<CitationPart, 'type' | 'provider'>[]
  /** The run that waits for a person, and for what; absent when none does. */
  run?: string
  approvals?: { id: string; name: string; arguments: JsonValue; hash: string; reason: string }[]
}

/** Gathers the `rt` field from a stream's parts. */
export const createReport = (warnings: WireWarning[]): { add(part: StreamPart): void; field(): RtField } => {
  const field: RtField = { traceId: null, context: null, warnings: [...warnings], citations: [] }
  return {
    add(part) {
      if (part.type === 'start') field.traceId = part.traceId || field.traceId
      else if (part.type === 'context') field.context = part.context
      else if (part.type === 'warning') field.warnings.push({ id: part.id, message: part.message })
      else if (part.type === 'approval-request') {
        const { type: _type, run, ...request } = part
        if (run !== undefined) field.run = run
        field.approvals = [...(field.approvals ?? []), request]
      } else if (part.type === 'citation') {
        const { type: _type, provider: _provider, ...citation } = part.citation
        field.citations.push(citation)
      }
    },
    field: () => field,
  }
}

const FINISH: Record<FinishReason, string> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  // OpenAI has no word for it; `length` is the one clients treat as unfinished.
  limit: 'length',
  approval: 'stop',
}

/** `tool_calls` only when the client was shown one: it would wait for calls that never came. */
export const encodeFinish = (reason: FinishReason, calls: number): string =>
  reason === 'tool-calls' && calls === 0 ? 'stop' : FINISH[reason]

export const encodeUsage = (usage: Usage = emptyUsage()): Record<string, unknown> => ({
  prompt_tokens: inputTokens(usage),
  completion_tokens: usage.output,
  total_tokens: totalTokens(usage),
  prompt_tokens_details: {
    cached_tokens: usage.cacheRead,
    ...(usage.cacheWrite > 0 && { cache_write_tokens: usage.cacheWrite }),
  },
  completion_tokens_details: { reasoning_tokens: usage.reasoning },
})
