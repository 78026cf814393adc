import {
  type CitationPart,
  deserializeError,
  emptyUsage,
  type JsonValue,
  RtError,
  type StreamPart,
  type Usage,
} from '@rt/core'

export interface WatchedTurn {
  model: string
  traceId: string
  text: string
  citations: CitationPart[]
  toolCalls: { name: string; args: JsonValue; result: JsonValue; ms: number }[]
  usage: Usage
  /** From the question to the first text or argument. */
  firstTokenMs: number
  tokensPerSecond: number
}

/** Reads a turn to its end and keeps what the demo shows of it. Throws the error it ends with. */
export const watchTurn = async (stream: AsyncIterable<StreamPart>): Promise<WatchedTurn> => {
  const started = performance.now()
  const calls = new Map<string, JsonValue>()
  const turn: WatchedTurn = {
    model: '',
    traceId: '',
    text: '',
    citations: [],
    toolCalls: [],
    usage: emptyUsage(),
    firstTokenMs: 0,
    tokensPerSecond: 0,
  }
  let decode = 0
  let written = 0
  for await (const part of stream) {
    if (part.type === 'start') Object.assign(turn, { model: part.model, traceId: part.traceId ?? '' })
    if ((part.type === 'text-delta' || part.type === 'tool-call-start') && !turn.firstTokenMs)
      turn.firstTokenMs = performance.now() - started
    if (part.type === 'text-delta') turn.text += part.text
    if (part.type === 'tool-call-end') calls.set(part.id, part.arguments)
    if (part.type === 'tool-result')
      turn.toolCalls.push({ name: part.name, args: calls.get(part.id) ?? {}, result: part.result, ms: part.ms })
    if (part.type === 'citation') turn.citations.push(part.citation)
    if (part.type === 'usage') {
      decode += part.timings?.decode ?? 0
      written += part.usage.output
    }
    if (part.type === 'finish') turn.usage = part.usage
    if (part.type === 'error') throw deserializeError(part.error)
    if (part.type === 'abort') throw new RtError({ code: 'aborted', message: part.reason })
  }
  turn.tokensPerSecond = decode ? written / (decode / 1000) : 0
  return turn
}
