import { createSecretId } from '@rt/core'
import type { RuntimeClient } from '../../runtime.ts'
import { printableLine } from '../output/printable.ts'
import type { Chat, ChatSettings } from './chat.ts'
import { completeLine } from './complete-line.ts'
import { converse } from './converse.ts'
import { openHistory } from './history-file.ts'
import { createModelNames } from './model-names.ts'
import { openTerminal, type TerminalOptions } from './open-terminal.ts'

export type TalkOptions = Pick<TerminalOptions, 'signal' | 'input' | 'output'>

/** A conversation in a terminal. Resolves with the exit code. */
export const talk = async (runtime: RuntimeClient, settings: ChatSettings, options: TalkOptions): Promise<number> => {
  const models = createModelNames()
  const history = await openHistory(runtime.data)
  using terminal = openTerminal({
    history,
    complete: (line) => completeLine({ models, runtime }, line),
    ...options,
  })
  const chat: Chat = { runtime, terminal, settings, models, newThread }
  const by = runtime.owner ? ` · answered by ${runtime.owner.address}` : ''
  terminal.write(` thread ${printableLine(settings.thread)}${by} · /help · Ctrl-C stops an answer · Ctrl-D ends\n`)
  if (history.refused) terminal.write(` ${printableLine(history.refused)}\n`)
  // Awaited here: the terminal is closed when this function returns.
  return await converse(chat)
}

/** A name that no thread has. */
export const newThread = (): string => `chat-${createSecretId().slice(0, 8)}`
