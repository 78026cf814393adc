import type { OutputFormat } from '@rt/core'
import { KEEP_ALIVE, toKeepAliveMs } from '../../config/duration.ts'
import type { RuntimeClient } from '../../runtime.ts'
import { type CommandContext, type CommandDefinition, text } from '../command.ts'
import { withRuntime } from '../open.ts'
import { printableLine } from '../output/printable.ts'
import { showTurn } from '../output/show-turn.ts'
import { style } from '../output/style.ts'
import { toJson } from '../output/to-json.ts'
import { watchTurn } from '../output/watch-turn.ts'
import { usage } from '../parse.ts'
import { positiveInteger } from '../positive-integer.ts'
import { approveHere } from '../runs/approve-here.ts'
import { type ChatSettings, turnOptions } from './chat.ts'
import { outputFormat } from './output-format.ts'
import { readPrompt } from './read-prompt.ts'
import { newThread, talk } from './talk.ts'

export interface ChatPlan {
  command: Pick<CommandDefinition, 'name'>
  context: CommandContext
  /** Words of the question; none = a conversation, in a terminal. */
  words: string[]
  model: string | undefined
  /** Undefined: when the knowledge is not empty. */
  retrieve: boolean | undefined
  stats: boolean
  /** Keep the turn of one question in a new thread when none is named. */
  keep: boolean
  /** Before anything is opened, once what was typed is known to be right. */
  prepare?(): Promise<void>
}

/** `rt chat` and `rt run`: one answer, or a conversation. Resolves with the exit code. */
export const runChat = async (plan: ChatPlan): Promise<number> => {
  const { command, context, words, retrieve, stats, keep } = plan
  const model = plan.model?.trim()
  const { flags, signal } = context
  const temperature = parseTemperature(command, text(flags['temperature']))
  const keepAliveMs = parseKeepAlive(command, text(flags['keepalive']))
  const maxTokens = text(flags['max-tokens'])
  const settings: Omit<ChatSettings, 'thread'> = {
    model,
    retrieve,
    stats,
    system: text(flags['system']),
    turn: {
      ...(temperature !== undefined && { sampling: { temperature } }),
      ...(maxTokens !== undefined && { maxOutputTokens: positiveInteger(command, 'max-tokens', maxTokens, 1) }),
      ...(keepAliveMs !== undefined && { keepAliveMs }),
      ...(flags['local-only'] === true && { label: 'local-only' as const }),
      ...outputOf(await outputFormat(text(flags['format']))),
    },
  }
  const prompt = await readPrompt(words)
  if (!prompt && (words.length || !process.stdin.isTTY || flags['json']))
    throw usage(command, 'there is no prompt: type one, or pipe one in.')
  await plan.prepare?.()
  const thread = text(flags['thread'])
  return withRuntime(context, { ...(model !== undefined && { chat: model }) }, async (runtime) => {
    if (!prompt) return talk(runtime, { ...settings, thread: thread ?? newThread() }, { signal })
    return answer(runtime, prompt, {
      settings: { ...settings, thread: thread ?? (keep ? newThread() : '') },
      json: flags['json'] === true,
      signal,
    })
  })
}

// ---

interface Answering {
  /** An empty thread: nothing is kept. */
  settings: ChatSettings
  json: boolean
  signal: AbortSignal
}

const answer = async (
  runtime: RuntimeClient,
  prompt: string,
  { settings, json, signal }: Answering,
): Promise<number> => {
  const { thread, stats } = settings
  const approve = approveHere()
  const options = { ...turnOptions(settings), signal, ...(approve && { approve }) }
  const stream = thread ? runtime.thread(thread).stream(prompt, options) : runtime.stream(prompt, options)
  try {
    if (!json) await showTurn(stream, { stats })
    else {
      const { finishReason, ...turn } = await watchTurn(stream, { onWarning: warn })
      process.stdout.write(`${toJson({ ...(thread && { thread }), ...turn, finishReason })}\n`)
    }
  } catch (error) {
    if (thread && signal.aborted) process.stderr.write(' this turn is not kept\n')
    throw error
  }
  return 0
}

const warn = (message: string): void =>
  void process.stderr.write(`${style('yellow', 'warning', process.stderr)}  ${printableLine(message)}\n`)

const outputOf = (output: OutputFormat | undefined): { output?: OutputFormat } => (output ? { output } : {})

const parseKeepAlive = (command: Pick<CommandDefinition, 'name'>, value: string | undefined): number | undefined => {
  if (value === undefined) return undefined
  if (!KEEP_ALIVE.test(value))
    throw usage(command, `--keepalive must be a time such as 5m, 0 or forever, not "${value}".`)
  const ms = toKeepAliveMs(value)
  return Number.isFinite(ms) ? ms : -1
}

const parseTemperature = (command: Pick<CommandDefinition, 'name'>, value: string | undefined): number | undefined => {
  if (value === undefined) return undefined
  const number = Number(value)
  if (!value.trim() || !(number >= 0 && number <= 2))
    throw usage(command, `--temperature must be between 0 and 2, not "${value}".`)
  return number
}
