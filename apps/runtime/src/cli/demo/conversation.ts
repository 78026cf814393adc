import { inputTokens } from '@rt/core'
import type { Runtime, TurnOptions } from '../../runtime.ts'
import { printable } from '../output/printable.ts'
import { formatCitation } from '../output/show-turn.ts'
import { count, duration } from '../output/units.ts'
import { detail, labelled, say } from './say.ts'
import { watchTurn, type WatchedTurn } from '../output/watch-turn.ts'
import { createWeatherTool } from './weather-tool.ts'

export interface ConversationOptions {
  /** Answered from the documents. */
  question: string
  /** Of the tool call. */
  city: string
  /** Goes back to the first question. */
  followUp: string
  signal: AbortSignal
}

/** Enough for a sentence or two; a small model does not always stop by itself. */
const LONGEST_ANSWER = 64

/** Three turns of one thread: an answer with its source, a forced tool call, a question about the first answer. */
export const converse = async (
  runtime: Runtime,
  { question, city, followUp, signal }: ConversationOptions,
): Promise<WatchedTurn[]> => {
  const thread = runtime.thread(`demo-${Date.now()}`)
  const turns: WatchedTurn[] = []
  const ask = async (prompt: string, options: TurnOptions = {}): Promise<void> => {
    say(`ask ${turns.length + 1}`, prompt)
    turns.push(await showTurn(thread.stream(prompt, { ...options, signal, maxOutputTokens: LONGEST_ANSWER })))
  }
  await ask(question)
  await ask(`I fly to ${city} tomorrow. What is the weather there?`, {
    tools: [createWeatherTool()],
    toolChoice: 'required',
    retrieve: false,
  })
  await ask(followUp)
  return turns
}

const showTurn = async (stream: Parameters<typeof watchTurn>[0]): Promise<WatchedTurn> => {
  let open = false
  const turn = await watchTurn(stream, {
    onTool: ({ name, args, result, ms }) =>
      say('tool', `${name} ${JSON.stringify(args)} -> ${printable(JSON.stringify(result))}   ${duration(ms)}`),
    onText: (text) => {
      process.stdout.write(`${open ? '' : labelled('answer')}${printable(text)}`)
      open = true
    },
  })
  process.stdout.write(`${turn.citations.map(({ index }) => ` [${index}]`).join('')}\n`)
  for (const citation of turn.citations) detail(formatCitation(citation))
  detail(speed(turn))
  return turn
}

const speed = ({ firstTokenMs, tokensPerSecond, usage }: WatchedTurn): string => {
  const cached = usage.cacheRead ? ` (${count(usage.cacheRead)} of ${count(inputTokens(usage))} tokens cached)` : ''
  return `first token ${duration(firstTokenMs)}${cached} · ${Math.round(tokensPerSecond)} tok/s`
}
