import {
  type CitationPart,
  emptyUsage,
  failureOf,
  isTerminal,
  type JsonValue,
  type StreamPart,
  type Usage,
} from '@rt/core'

export interface WatchedTurn {
  model: string
  traceId: string
  citations: CitationPart[]
  usage: Usage
  /** From the question to the first text or call. */
  firstTokenMs: number
  tokensPerSecond: number
}

export interface ToolUse {
  name: string
  args: JsonValue
  result: JsonValue
  ms: number
}

/** Reads a turn to its end, reporting what comes, and keeps its figures. Throws the error it ends with. */
export const watchTurn = async (
  stream: AsyncIterable<StreamPart>,
  { onText, onTool }: { onText(text: string): void; onTool(use: ToolUse): void },
): Promise<WatchedTurn> => {
  const started = performance.now()
  const calls = new Map<string, JsonValue>()
  const turn: WatchedTurn = {
    model: '',
    traceId: '',
    citations: [],
    usage: emptyUsage(),
    firstTokenMs: 0,
    tokensPerSecond: 0,
  }
  let decodeMs = 0
  for await (const part of stream) {
    if (part.type === 'text-delta' || part.type === 'tool-call-start') turn.firstTokenMs ||= performance.now() - started
    if (part.type === 'start') Object.assign(turn, { model: part.model, traceId: part.traceId ?? '' })
    else if (part.type === 'text-delta') onText(part.text)
    else if (part.type === 'tool-call-end') calls.set(part.id, part.arguments)
    else if (part.type === 'tool-result')
      onTool({ name: part.name, args: calls.get(part.id) ?? {}, result: part.result, ms: part.ms })
    else if (part.type === 'citation') turn.citations.push(part.citation)
    else if (part.type === 'usage') decodeMs += part.timings?.decode ?? 0
    else if (part.type === 'finish') turn.usage = part.usage
    else if (isTerminal(part)) throw failureOf(part)
  }
  turn.tokensPerSecond = decodeMs ? turn.usage.output / (decodeMs / 1000) : 0
  return turn
}
