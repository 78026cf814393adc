import {
  emptyUsage,
  type FinishReason,
  type JsonObject,
  RtError,
  type StreamPart,
  type TerminalPart,
  type Usage,
} from '@rt/core'
import { cleanMessage } from '../../driver-kit/clean-message.ts'

export interface GenerateReader {
  /** @throws RtError the error the event carries. */
  read(event: JsonObject): StreamPart[]
  /** The server closed the stream. @throws RtError when that was too early. */
  end(): [usage: StreamPart, finish: TerminalPart]
}

/** Reads one answer of `generate_stream`. @param reports whether the model was asked for the reason of its end. */
export const createGenerateReader = ({
  id,
  reports,
  secret,
}: {
  id: string
  reports: boolean
  secret?: string | undefined
}): GenerateReader => {
  let events = 0
  let reason: string | undefined
  const usage: Usage = emptyUsage()
  return {
    read(event) {
      events++
      if (typeof event['error'] === 'string')
        throw new RtError({
          code: 'provider_error',
          message: `${id} failed: ${cleanMessage(event['error'], [secret])}`,
        })
      if (typeof event['text_output'] !== 'string')
        throw new RtError({
          code: 'provider_error',
          message: `${id} gave an answer without text_output.`,
          hint: 'its last model must have an output of that name.',
        })
      const finish = event['finish_reason']
      if (typeof finish === 'string' && finish && finish !== 'null') reason = finish
      // The prompt's count comes again with every event, the answer's in parts.
      usage.input = numberIn(event['num_input_tokens']) ?? usage.input
      usage.output += numberIn(event['num_output_tokens']) ?? 0
      return event['text_output'] ? [{ type: 'text-delta', text: event['text_output'] }] : []
    },
    end() {
      if (events === 0 || (reports && reason === undefined))
        throw new RtError({ code: 'provider_error', message: `${id} ended its answer too early.` })
      const finishReason: FinishReason =
        reason === 'length' ? 'length' : reason === 'content_filter' ? 'content-filter' : 'stop'
      return [
        { type: 'usage', usage },
        { type: 'finish', finishReason, usage },
      ]
    },
  }
}

const numberIn = (value: unknown): number | undefined => (typeof value === 'number' && value >= 0 ? value : undefined)
