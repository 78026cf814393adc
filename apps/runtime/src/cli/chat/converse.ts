import type { Approver } from '@rt/core'
import { formatError } from '../output/format-error.ts'
import { showTurn } from '../output/show-turn.ts'
import { style } from '../output/style.ts'
import { describeCall } from '../runs/describe-call.ts'
import { type Chat, turnOptions } from './chat.ts'
import { runChatCommand } from './chat-commands.ts'
import { joinLines } from './join-lines.ts'

const INTERRUPTED = 130

/** Reads lines and answers them until the conversation is ended. Resolves with the exit code. */
export const converse = async (chat: Chat): Promise<number> => {
  const { terminal } = chat
  const lines = joinLines()
  for (;;) {
    const read = await terminal.read(lines.open ? '. ' : '> ')
    if (read === 'ended') return 0
    if (read === 'interrupted') {
      if (!lines.open) return INTERRUPTED
      lines.reset()
      continue
    }
    if (!lines.open && read.line.startsWith('/')) {
      if ((await guarded(chat, '', (signal) => runChatCommand(chat, read.line, signal))) === 'end') return 0
      continue
    }
    const prompt = lines.add(read.line)
    if (prompt?.trim()) await guarded(chat, 'this turn is not kept', (signal) => ask(chat, prompt, signal))
  }
}

// ---

const ask = async (chat: Chat, prompt: string, signal: AbortSignal): Promise<void> => {
  const { runtime, settings, terminal } = chat
  const write = (text: string): void => terminal.write(text)
  const approve: Approver = async (request, options) => ({
    approved: await terminal.ask(`${describeCall(request)}\nAllow it?`, options.signal ?? signal),
  })
  const stream = runtime.thread(settings.thread).stream(prompt, { ...turnOptions(settings), signal, approve })
  await showTurn(stream, {
    write,
    warn: write,
    stats: settings.stats,
    onStart: ({ traceId }) => (chat.traceId = traceId),
  })
}

/** Ctrl-C stops what is done, not the conversation; neither does an error end it. */
const guarded = async <T>(
  { terminal }: Chat,
  lost: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> => {
  let stopping: AbortSignal | undefined
  try {
    return await terminal.interruptible((signal) => {
      stopping = signal
      return work(signal)
    })
  } catch (error) {
    if (stopping?.aborted) terminal.write(style('dim', ` stopped${lost && `: ${lost}`}\n`))
    else terminal.write(`${formatError(error, { stream: process.stdout })}${lost && style('dim', `       ${lost}\n`)}`)
    return undefined
  }
}
