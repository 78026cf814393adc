import type { StreamPart } from '@rt/core'
import type { ErrorBody } from '../../errors/error-response.ts'
import { sseData } from '../../sse/event-stream.ts'
import { createReport, encodeFinish, encodeUsage } from './answer-report.ts'
import { encodeLogprobs } from './encode-logprobs.ts'
import { type AnswerMeta, argumentsText, encodeReasoning, endless, throwIfFailed } from './encode.ts'

export interface StreamMeta extends AnswerMeta {
  includeUsage: boolean
  encodeError: (error: unknown) => ErrorBody
}

/**
 * An answer as the events of `chat.completion.chunk`: role, deltas, finish, usage when asked for, `[DONE]`. A failure is
 * one event with `error`, and no `[DONE]` after it: nobody may take half an answer for a whole one.
 */
export async function* encodeStream(parts: AsyncIterable<StreamPart>, meta: StreamMeta): AsyncGenerator<string> {
  const report = createReport(meta.warnings)
  const deltas = createDeltas(meta)
  const chunk = (choices: unknown[], more?: Record<string, unknown>): string =>
    sseData({ ...head, choices, ...(meta.includeUsage && { usage: null }), ...more })
  const head = { id: meta.id, object: 'chat.completion.chunk', created: meta.created, model: meta.model }
  const choice = (delta: unknown, finish: string | null = null, part?: StreamPart): unknown => ({
    index: 0,
    delta,
    logprobs: encodeLogprobs(part?.type === 'text-delta' ? part.logprobs : undefined),
    finish_reason: finish,
  })

  yield chunk([choice({ role: 'assistant', content: '' })])
  try {
    for await (const part of parts) {
      report.add(part)
      if (part.type === 'start') head.model ||= part.model
      for (const delta of deltas.of(part)) yield chunk([choice(delta, null, part)])
      throwIfFailed(part, meta.shutdown)
      if (part.type !== 'finish') continue
      const rt = { rt: report.field() }
      yield chunk([choice({}, encodeFinish(part.finishReason, deltas.calls()))], meta.includeUsage ? {} : rt)
      if (meta.includeUsage) yield chunk([], { usage: encodeUsage(part.usage), ...rt })
      return yield sseData('[DONE]')
    }
    throw endless()
  } catch (error) {
    yield sseData({ ...meta.encodeError(error), rt: report.field() })
  }
}

interface Call {
  index: number
  /** Argument text came in pieces. */
  streamed: boolean
}

/** Turns parts into deltas; a call's id, type and name go out once, then only its index with argument text. */
const createDeltas = ({ clientTools }: AnswerMeta): { of(part: StreamPart): object[]; calls(): number } => {
  const calls = new Map<string, Call>()
  const start = (id: string, name: string): object[] => {
    if (calls.has(id) || !clientTools.has(name)) return []
    calls.set(id, { index: calls.size, streamed: false })
    return [{ tool_calls: [{ index: calls.size - 1, id, type: 'function', function: { name, arguments: '' } }] }]
  }
  const more = (id: string, text: string): object[] => {
    const call = calls.get(id)
    if (!call) return []
    call.streamed = true
    return [{ tool_calls: [{ index: call.index, function: { arguments: text } }] }]
  }
  return {
    of(part) {
      // One without text is there for its provider data, which is the runtime's business.
      if (part.type === 'text-delta') return part.text ? [{ content: part.text }] : []
      if (part.type === 'reasoning-delta') return part.text ? [encodeReasoning(part.text)] : []
      if (part.type === 'tool-call-start') return start(part.id, part.name)
      if (part.type === 'tool-call-delta') return more(part.id, part.delta)
      if (part.type !== 'tool-call-end') return []
      const opened = start(part.id, part.name)
      return calls.get(part.id)?.streamed ? opened : [...opened, ...more(part.id, argumentsText(part.arguments))]
    },
    calls: () => calls.size,
  }
}
