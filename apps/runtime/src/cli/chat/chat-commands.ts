import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { nearestNames, RtError } from '@rt/core'
import { formatTrace } from '../../format-trace.ts'
import { conversationMarkdown } from '../output/format-conversation.ts'
import { formatPassages } from '../output/format-passages.ts'
import { formatThreads } from '../output/format-threads.ts'
import { printableDeep, printableLine } from '../output/printable.ts'
import { style } from '../output/style.ts'
import { plural } from '../output/units.ts'
import type { Chat } from './chat.ts'

export interface ChatCommand {
  /** As the help shows its argument. */
  argument?: string
  summary: string
  run(chat: Chat, argument: string, signal: AbortSignal): Promise<'end' | void> | 'end' | void
}

/** The `/` commands of a conversation. */
export const CHAT_COMMANDS: Record<string, ChatCommand> = {
  help: { summary: 'what can be typed here', run: ({ terminal }) => terminal.write(help()) },
  model: {
    argument: '[NAME]',
    summary: 'answer with another model; alone: which one answers',
    async run({ settings, models, terminal }, name) {
      if (name) settings.model = name
      const note = name ? await models.note(name) : undefined
      terminal.write(` model ${printableLine(settings.model ?? 'the default')}${note ? ` (${note})` : ''}\n`)
    },
  },
  thread: {
    argument: '[NAME]',
    summary: 'go on in another conversation; alone: which one this is',
    async run(chat, name) {
      if (name) chat.settings.thread = name
      const { length } = await chat.runtime.threads.messages(chat.settings.thread)
      chat.terminal.write(
        ` thread ${printableLine(chat.settings.thread)} · ${length ? plural(length, 'message') : 'new'}\n`,
      )
    },
  },
  new: { summary: 'begin a new conversation', run: (chat) => beginAnew(chat) },
  threads: {
    summary: 'all conversations',
    async run({ runtime, terminal }) {
      const threads = await runtime.threads.list()
      terminal.write(threads.length ? `${formatThreads(threads)}\n` : ' there is no conversation yet\n')
    },
  },
  system: {
    argument: '[TEXT]',
    summary: 'instructions for the model; alone: what they are',
    run({ settings, terminal }, text) {
      if (text) settings.system = text
      terminal.write(` system ${settings.system === undefined ? 'the default' : printableLine(settings.system)}\n`)
    },
  },
  retrieve: {
    argument: '[on | off]',
    summary: 'look questions up in the knowledge, or not',
    run({ settings, terminal }, value) {
      if (value && value !== 'on' && value !== 'off') throw wrong(`/retrieve is on or off, not "${value}".`)
      if (value) settings.retrieve = value === 'on'
      const { retrieve } = settings
      terminal.write(` retrieve ${retrieve === undefined ? 'on when there is knowledge' : retrieve ? 'on' : 'off'}\n`)
    },
  },
  search: {
    argument: 'QUERY',
    summary: 'passages of the knowledge, without asking the model',
    async run({ runtime, terminal }, query, signal) {
      if (!query) throw wrong('/search needs something to search for.')
      const found = await runtime.search(query, { signal })
      terminal.write(found.length ? formatPassages(found) : ' nothing found\n')
    },
  },
  trace: {
    summary: 'what the last answer was made of',
    async run({ runtime, terminal, traceId }) {
      if (!traceId) return terminal.write(' nothing was asked yet\n')
      const trace = printableDeep(await runtime.trace.get(traceId))
      terminal.write(`${formatTrace(trace, { color: terminal.color, width: terminal.width })}\n`)
    },
  },
  save: {
    argument: 'FILE',
    summary: 'write this conversation to a Markdown file',
    async run({ runtime, settings, terminal }, file) {
      if (!file) throw wrong('/save needs the name of a file.')
      const messages = await runtime.threads.messages(settings.thread)
      if (!messages.length) return terminal.write(' there is nothing to save yet\n')
      await writeNew(file, conversationMarkdown(settings.thread, messages))
      terminal.write(` ${plural(messages.length, 'message')} in ${printableLine(file)}\n`)
    },
  },
  clear: {
    summary: 'clear the screen and begin a new conversation; this one is kept',
    run(chat) {
      chat.terminal.clear()
      beginAnew(chat)
    },
  },
  bye: { summary: 'end (as Ctrl-D)', run: () => 'end' },
}

/** What people type out of habit. */
const SYNONYMS: Record<string, string> = { exit: 'bye', quit: 'bye', q: 'bye', '?': 'help' }

/** Runs a line that begins with `/`. `end`: the conversation is over. */
export const runChatCommand = async (chat: Chat, line: string, signal: AbortSignal): Promise<'end' | void> => {
  const [, typed = '', argument = ''] = /^\/(\S*)\s*(.*)$/s.exec(line.trim()) ?? []
  const name = Object.hasOwn(SYNONYMS, typed) ? SYNONYMS[typed]! : typed
  const command = Object.hasOwn(CHAT_COMMANDS, name) ? CHAT_COMMANDS[name] : undefined
  if (!command) throw unknown(typed)
  return command.run(chat, argument, signal)
}

// ---

const beginAnew = (chat: Chat): void => {
  const { settings, terminal } = chat
  const before = settings.thread
  settings.thread = chat.newThread()
  chat.traceId = undefined
  terminal.write(` thread ${settings.thread} · back: /thread ${printableLine(before)}\n`)
}

const help = (): string => {
  const rows = Object.entries(CHAT_COMMANDS).map(([name, { argument, summary }]) => [
    `/${name}${argument ? ` ${argument}` : ''}`,
    summary,
  ])
  const width = Math.max(...rows.map(([left]) => left!.length))
  return [
    ...rows.map(([left, right]) => ` ${left!.padEnd(width)}  ${style('dim', right!)}`),
    '',
    ` ${'"""'.padEnd(width)}  ${style('dim', 'begins and ends a message of several lines; so does \\ at the end of a line')}`,
    ` ${'Ctrl-C'.padEnd(width)}  ${style('dim', 'stops an answer; on an empty line it ends')}`,
    ` ${'a space first'.padEnd(width)}  ${style('dim', 'keeps a line out of the history, and makes /this a question')}`,
    '',
  ].join('\n')
}

const writeNew = (file: string, text: string): Promise<void> =>
  writeFile(resolve(file), text, { flag: 'wx' }).catch((cause: NodeJS.ErrnoException) => {
    const exists = cause.code === 'EEXIST'
    throw new RtError({
      code: exists ? 'conflict' : 'invalid_request',
      message: exists ? `the file "${file}" exists.` : `the file "${file}" cannot be written (${cause.code}).`,
      hint: 'Choose another name: /save FILE.',
      cause,
    })
  })

const wrong = (message: string): RtError => new RtError({ code: 'invalid_request', message, hint: 'See: /help' })

const unknown = (typed: string): RtError => {
  const [near] = nearestNames(typed, Object.keys(CHAT_COMMANDS))
  return new RtError({
    code: 'invalid_request',
    message: `there is no /${typed} here.`,
    hint: `${near ? `Did you mean /${near}? ` : ''}See: /help. A question that begins with / needs a space before it.`,
  })
}
