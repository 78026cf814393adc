import type { Chat } from './chat.ts'
import { CHAT_COMMANDS } from './chat-commands.ts'

/** What Tab offers for a line: `/` commands, then names of models, threads and values. And the part they replace. */
export const completeLine = async (
  { models, runtime }: Pick<Chat, 'models' | 'runtime'>,
  line: string,
): Promise<[offers: string[], replaced: string]> => {
  const match = /^\/(\S*)(\s+(.*))?$/.exec(line)
  if (!match) return [[], line]
  const [, name = '', space, argument = ''] = match
  if (space === undefined) {
    const names = Object.entries(CHAT_COMMANDS).map(([other, command]) => `/${other}${command.argument ? ' ' : ''}`)
    return [names.filter((other) => other.startsWith(line)), line]
  }
  const values = await offers(name, { models, runtime }).catch(() => [])
  return [values.filter((value) => value.startsWith(argument)), argument]
}

const offers = async (name: string, { models, runtime }: Pick<Chat, 'models' | 'runtime'>): Promise<string[]> => {
  if (name === 'model') return models.installed()
  if (name === 'thread') return (await runtime.threads.list()).map(({ id }) => id).filter((id) => !/\p{Cc}/u.test(id))
  return name === 'retrieve' ? ['on', 'off'] : []
}
