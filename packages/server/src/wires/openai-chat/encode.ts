import { deserializeError, type JsonValue, RtError, type StreamPart, type TokenLogprob } from '@rt/core'
import type { WireWarning } from '../decode-body.ts'
import { encodeLogprobs } from './encode-logprobs.ts'
import { createReport, encodeFinish, encodeUsage } from './answer-report.ts'

/** What every chunk or answer of one request shares. */
export interface AnswerMeta {
  id: string
  /** Seconds since 1970. */
  created: number
  /** As asked for; '' = whatever the `start` part says. */
  model: string
  warnings: WireWarning[]
  /** Tools whose calls the client executes; other calls are the runtime's own business and are not shown. */
  clientTools: ReadonlySet<string>
  /** Fired: an abort is the server's doing, not the client's. */
  shutdown: AbortSignal | undefined
}

/**
 * A whole answer as a `chat.completion`.
 *
 * @throws RtError the stream's own error.
 */
export const encodeAnswer = async (
  parts: AsyncIterable<StreamPart>,
  meta: AnswerMeta,
): Promise<Record<string, unknown>> => {
  const report = createReport(meta.warnings)
  const calls: Record<string, unknown>[] = []
  let { model } = meta
  const logprobs: TokenLogprob[] = []
  let text = ''
  let reasoning = ''
  for await (const part of parts) {
    report.add(part)
    if (part.type === 'start') model ||= part.model
    else if (part.type === 'text-delta') {
      text += part.text
      logprobs.push(...(part.logprobs ?? []))
    } else if (part.type === 'reasoning-delta') reasoning += part.text
    else if (part.type === 'tool-call-end' && meta.clientTools.has(part.name))
      calls.push({
        id: part.id,
        type: 'function',
        function: { name: part.name, arguments: argumentsText(part.arguments) },
      })
    else if (part.type === 'finish') {
      const message = {
        role: 'assistant',
        content: text === '' && calls.length ? null : text,
        refusal: null,
        ...(reasoning && encodeReasoning(reasoning)),
        ...(calls.length && { tool_calls: calls }),
      }
      const choice = {
        index: 0,
        message,
        logprobs: encodeLogprobs(logprobs),
        finish_reason: encodeFinish(part.finishReason, calls.length),
      }
      return {
        id: meta.id,
        object: 'chat.completion',
        created: meta.created,
        model,
        choices: [choice],
        usage: encodeUsage(part.usage),
        rt: report.field(),
      }
    } else throwIfFailed(part, meta.shutdown)
  }
  throw endless()
}

/** OpenAI has no field for it: clients read the first name (DeepSeek, llama-server) or the second (OpenRouter, Ollama). */
export const encodeReasoning = (text: string): { reasoning_content: string; reasoning: string } => ({
  reasoning_content: text,
  reasoning: text,
})

/** What a model wrote that is no JSON stays the text it is: quoted once more it would be JSON, and still no arguments. */
export const argumentsText = (value: JsonValue): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** Throws what an `error` or `abort` part means; other parts pass. */
export const throwIfFailed = (part: StreamPart, shutdown: AbortSignal | undefined): void => {
  if (part.type === 'error') throw deserializeError(part.error)
  if (part.type !== 'abort') return
  if (!shutdown?.aborted) throw new RtError({ code: 'aborted', message: `aborted: ${part.reason}.` })
  throw new RtError({
    code: 'shutting_down',
    message: 'the server closed before the answer was complete.',
    hint: 'Ask again.',
  })
}

export const endless = (): RtError =>
  new RtError({ code: 'internal', message: 'a stream ended without a terminal part.' })
