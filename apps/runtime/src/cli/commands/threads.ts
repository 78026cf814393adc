import { nearestNames, RtError, type ThreadInfo } from '@rt/core'
import type { RuntimeClient } from '../../runtime.ts'
import { called } from '../called.ts'
import { type CommandContext, type CommandDefinition, DATA_FLAGS, JSON_FLAG } from '../command.ts'
import { withRuntime } from '../open.ts'
import { conversationMarkdown, formatConversation } from '../output/format-conversation.ts'
import { formatThreads } from '../output/format-threads.ts'
import { printableLine } from '../output/printable.ts'
import { toJson } from '../output/to-json.ts'
import { plural } from '../output/units.ts'
import { withData, WITHOUT_CONFIG } from '../with-data.ts'

const ONE = { positionals: 'NAME', min: 1, max: 1 }

export const command: CommandDefinition = {
  name: 'threads',
  summary: 'List, read, export or delete conversations',
  subcommands: {
    list: { summary: 'Every conversation, the newest first (default)' },
    show: { summary: 'Read a conversation', ...ONE },
    export: { summary: 'Print a conversation as Markdown, or with --json as its messages', ...ONE },
    rm: { summary: 'Delete a conversation', ...ONE },
  },
  flags: { ...DATA_FLAGS, ...JSON_FLAG },
  examples: ['rt threads', 'rt threads show ada', 'rt threads export ada > ada.md', 'rt threads rm chat-1f3a9c02'],
  async run(context) {
    const [what = 'list', name = ''] = context.args
    if (what === 'rm') return remove(context, name)
    return what === 'list' ? list(context) : read(context, name, what === 'export')
  },
}

const list = async (context: CommandContext): Promise<void> => {
  const threads = (await withData(context, (runtime) => runtime.threads.list())) ?? []
  if (context.flags['json']) process.stdout.write(`${toJson(threads)}\n`)
  else if (threads.length) process.stdout.write(`${formatThreads(threads)}\n`)
  else process.stdout.write(` there is no conversation yet (${called} chat begins one)\n`)
}

const read = async (context: CommandContext, name: string, asMarkdown: boolean): Promise<void> => {
  const messages = await withData(context, async (runtime) => {
    await known(runtime, name)
    return runtime.threads.messages(name)
  })
  if (!messages) throw noThread(name, [])
  if (context.flags['json']) process.stdout.write(`${toJson(messages)}\n`)
  else process.stdout.write(asMarkdown ? conversationMarkdown(name, messages) : `${formatConversation(messages)}\n`)
}

const remove = async (context: CommandContext, name: string): Promise<void> => {
  const thread = await withData(context, (runtime) => known(runtime, name))
  if (!thread) throw noThread(name, [])
  const deleted = await withRuntime(context, WITHOUT_CONFIG, (runtime) =>
    runtime.threads.delete(name, { signal: context.signal }),
  )
  if (context.flags['json']) process.stdout.write(`${toJson({ thread: name, deleted, messages: thread.messages })}\n`)
  else if (deleted) process.stdout.write(` deleted ${printableLine(name)}: ${plural(thread.messages, 'message')}\n`)
  else process.stdout.write(` ${printableLine(name)} was deleted meanwhile\n`)
}

// ---

const known = async (runtime: RuntimeClient, name: string): Promise<ThreadInfo> => {
  const threads = await runtime.threads.list()
  const thread = threads.find(({ id }) => id === name)
  if (!thread) throw noThread(name, threads)
  return thread
}

const noThread = (name: string, threads: ThreadInfo[]): RtError => {
  const near = nearestNames(
    name,
    threads.map(({ id }) => printableLine(id)),
  )
  return new RtError({
    code: 'not_found',
    message: `there is no conversation "${name}".`,
    hint: `${near.length ? `Did you mean ${near.join(' or ')}? ` : ''}See: ${called} threads`,
  })
}
