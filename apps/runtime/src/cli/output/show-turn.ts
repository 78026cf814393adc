import { type CitationPart, inputTokens, RtError, type StreamPart, toRtError } from '@rt/core'
import { called } from '../called.ts'
import { sayWaiting } from '../runs/say-waiting.ts'
import { createPrintableStream, printableLine } from './printable.ts'
import { formatBytes } from './format-bytes.ts'
import { style } from './style.ts'
import { count, duration } from './units.ts'
import { type TurnWatcher, type WatchedTurn, watchTurn } from './watch-turn.ts'

export interface ShowTurnOptions {
  /** Default stdout. */
  write?: (text: string) => void
  /** Of warnings. Default stderr. */
  warn?: (text: string) => void
  /** Also how fast it was. Default false. */
  stats?: boolean
  onStart?: TurnWatcher['onStart']
}

/** Prints an answer as it comes, then where it is from. Throws the error a turn ends with. */
export const showTurn = async (
  stream: AsyncIterable<StreamPart>,
  {
    write = (text) => void process.stdout.write(text),
    warn = (text) => void process.stderr.write(text),
    stats = false,
    onStart,
  }: ShowTurnOptions = {},
): Promise<WatchedTurn> => {
  const clean = createPrintableStream()
  let column = 0
  const print = (text: string): void => {
    if (!text) return
    write(text)
    column = text.endsWith('\n') ? 0 : 1
  }
  /** So that nothing else comes into the middle of a line of the answer. */
  const endLine = (): void => {
    print(clean.end())
    if (column) print('\n')
  }
  let traceId = ''
  let begun = false
  const turn = await watchTurn(stream, {
    onStart(start) {
      traceId = start.traceId ?? ''
      onStart?.(start)
    },
    onText(text) {
      begun = true
      print(clean.add(text))
    },
    onTool: ({ name, args, result, isError, ms }) => {
      endLine()
      const outcome = `${isError ? 'failed: ' : ''}${shorten(JSON.stringify(result))}`
      print(style('dim', `tool  ${printableLine(`${name} ${JSON.stringify(args)}`)} -> ${outcome}   ${duration(ms)}\n`))
    },
    onWarning: (message) => {
      endLine()
      warn(`${style('yellow', 'warning', process.stderr)}  ${printableLine(message)}\n`)
    },
  })
    .finally(endLine)
    .catch((error: unknown) => {
      throw begun ? incomplete(error, traceId) : error
    })
  for (const citation of turn.citations) print(style('dim', `${formatCitation(citation)}\n`))
  if (turn.finishReason === 'length')
    warn(style('dim', 'cut at the limit of tokens: --max-tokens sets it\n', process.stderr))
  if (turn.finishReason === 'approval') warn(sayWaiting(turn))
  if (stats) print(style('dim', `${formatStats(turn)}\n`))
  return turn
}

/** The same error, saying what has become of the text above it. */
const incomplete = (thrown: unknown, traceId: string): RtError => {
  const error = toRtError(thrown)
  if (error.code === 'aborted') return error
  const { code, message, retryable, data } = error
  const details = traceId ? ` Details: ${called} trace show ${traceId.slice(0, 8)}` : ''
  const hint = [error.hint, `The answer above is incomplete.${details}`].filter(Boolean).join('\n')
  return new RtError({ code, message, hint, retryable, data, cause: error })
}

/** `[1] handbook/travel.md § Meals, bytes 812-901`. */
export const formatCitation = (citation: CitationPart): string => {
  const { index, source, headings } = citation
  const heading = printableLine(headings.at(-1) ?? '')
  return `[${index}] ${printableLine(source)}${heading && ` § ${heading}`}, ${formatBytes(citation)}`
}

/** `first token 1.3 s (480 of 560 tokens cached) · 22 tokens · 71 tok/s`. */
export const formatStats = ({ firstTokenMs, tokensPerSecond, usage }: WatchedTurn): string => {
  const cached = usage.cacheRead ? ` (${count(usage.cacheRead)} of ${count(inputTokens(usage))} tokens cached)` : ''
  const speed = tokensPerSecond ? ` · ${Math.round(tokensPerSecond)} tok/s` : ''
  return `first token ${duration(firstTokenMs)}${cached} · ${count(usage.output)} tokens${speed}`
}

// ---

const LONGEST_RESULT = 200

const shorten = (text: string): string => {
  const clean = printableLine(text)
  return clean.length > LONGEST_RESULT ? `${clean.slice(0, LONGEST_RESULT)}…` : clean
}
