import {
  type CitationPart,
  emptyUsage,
  failureOf,
  type FinishReason,
  isTerminal,
  type JsonValue,
  type StreamPart,
  type Usage,
} from '@rt/core'

export interface WatchedTurn {
  text: string
  model: string
  traceId: string
  citations: CitationPart[]
  finishReason: FinishReason
  usage: Usage
  /** From the question to the first text or call. */
  firstTokenMs: number
  /** Written a second; 0 when the model does not say. */
  tokensPerSecond: number
  /** What a person is asked; absent when nothing waits. */
  approvals?: WaitingCall[]
}

export type WaitingCall = Omit<Extract<StreamPart, { type: 'approval-request' }>, 'type'>

export interface ToolUse {
  name: string
  args: JsonValue
  result: JsonValue
  isError: boolean
  ms: number
}

export interface TurnWatcher {
  /** Its trace is known from the start, also when it fails. */
  onStart?(start: { model: string; traceId: string | undefined }): void
  onText?(text: string): void
  onTool?(use: ToolUse): void
  onWarning?(message: string): void
}

/** Reads a turn to its end, reporting what comes, and keeps its figures. Throws the error it ends with. */
export const watchTurn = async (
  stream: AsyncIterable<StreamPart>,
  { onStart, onText, onTool, onWarning }: TurnWatcher,
): Promise<WatchedTurn> => {
  const started = performance.now()
  const calls = new Map<string, JsonValue>()
  const turn: WatchedTurn = {
    text: '',
    model: '',
    traceId: '',
    citations: [],
    finishReason: 'stop',
    usage: emptyUsage(),
    firstTokenMs: 0,
    tokensPerSecond: 0,
  }
  let decodeMs = 0
  for await (const part of stream) {
    // It only ends a text, and carries what the provider attached to that.
    if (part.type === 'text-delta' && !part.text) continue
    if (part.type === 'text-delta' || part.type === 'tool-call-start') turn.firstTokenMs ||= performance.now() - started
    if (part.type === 'start') {
      Object.assign(turn, { model: part.model, traceId: part.traceId ?? turn.traceId })
      onStart?.({ model: part.model, traceId: part.traceId })
    } else if (part.type === 'text-delta') {
      turn.text += part.text
      onText?.(part.text)
    } else if (part.type === 'approval-request') {
      const { type: _type, ...request } = part
      turn.approvals = [...(turn.approvals ?? []), request]
    } else if (part.type === 'tool-call-end') calls.set(part.id, part.arguments)
    else if (part.type === 'tool-result')
      onTool?.({
        name: part.name,
        args: calls.get(part.id) ?? {},
        result: part.result,
        isError: part.isError === true,
        ms: part.ms,
      })
    else if (part.type === 'citation') turn.citations.push(part.citation)
    else if (part.type === 'warning') onWarning?.(part.message)
    else if (part.type === 'usage') decodeMs += part.timings?.decode ?? 0
    else if (part.type === 'finish') Object.assign(turn, { usage: part.usage, finishReason: part.finishReason })
    else if (isTerminal(part)) throw failureOf(part)
  }
  turn.firstTokenMs = Math.round(turn.firstTokenMs)
  turn.tokensPerSecond = decodeMs ? Math.round(turn.usage.output / (decodeMs / 10_000)) / 10 : 0
  return turn
}
