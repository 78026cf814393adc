import { createInterface } from 'node:readline/promises'
import { text as readAll } from 'node:stream/consumers'
import { createSecretId } from '@rt/core'
import type { Thread, TurnOptions } from '../../runtime.ts'
import { type CommandDefinition, DATA_FLAG, MODEL_FLAG, text } from '../command.ts'
import { withRuntime } from '../open.ts'
import { usage } from '../parse.ts'
import { showTurn } from '../output/show-turn.ts'
import { style } from '../output/style.ts'

export const command: CommandDefinition = {
  name: 'chat',
  summary: 'Talk to a model about your documents',
  positionals: '[PROMPT]',
  min: 0,
  max: Infinity,
  flags: {
    ...DATA_FLAG,
    ...MODEL_FLAG,
    thread: {
      type: 'string',
      short: 't',
      value: 'NAME',
      description: 'Continue this conversation (default: a new one)',
    },
    system: { type: 'string', value: 'TEXT', description: 'Instructions for the model' },
    plain: { type: 'boolean', description: 'Do not look anything up in the knowledge' },
  },
  examples: [
    'rt chat',
    'rt chat "What may I spend on a meal in Oslo?"',
    'rt chat --thread ada "And in Bergen?"',
    'rt chat < question.txt',
  ],
  async run(context) {
    const { args, flags, signal } = context
    const typed = args.join(' ').trim()
    const prompt = typed || (process.stdin.isTTY ? '' : (await readAll(process.stdin)).trim())
    if (!prompt && (args.length || !process.stdin.isTTY))
      throw usage(command, 'there is no prompt: type one, or pipe one in.')
    const options: TurnOptions = { signal, system: text(flags['system']), retrieve: flags['plain'] ? false : undefined }
    return withRuntime(context, {}, async (runtime) => {
      const thread = runtime.thread(text(flags['thread']) ?? `chat-${createSecretId().slice(0, 8)}`)
      if (!prompt) return converse(thread, options)
      await showTurn(thread.stream(prompt, options))
      return 0
    })
  },
}

/** Ctrl-C stops the answer that is being written; where there is none, it ends the conversation. */
const converse = async (thread: Thread, options: TurnOptions): Promise<number> => {
  process.stdout.write(` thread ${thread.id} · Ctrl-C stops an answer · an empty line or Ctrl-D ends\n`)
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const ended = new AbortController()
  let answering: AbortController | undefined
  // Readline holds the terminal: no signal comes, it tells us.
  terminal.on('SIGINT', () => (answering ?? ended).abort())
  const all = (...more: AbortSignal[]): AbortSignal =>
    AbortSignal.any([...(options.signal ? [options.signal] : []), ...more])
  try {
    for (;;) {
      const line = await terminal.question(style('bold', '> '), { signal: all(ended.signal) }).catch(() => '')
      if (!line.trim()) return options.signal?.aborted || ended.signal.aborted ? 130 : 0
      answering = new AbortController()
      await showTurn(thread.stream(line, { ...options, signal: all(answering.signal) })).catch((error) => {
        if (!answering?.signal.aborted) throw error
        process.stdout.write(style('dim', ' stopped: this turn is not kept\n'))
      })
      answering = undefined
    }
  } finally {
    terminal.close()
  }
}
