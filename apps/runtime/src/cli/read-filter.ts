import type { JsonValue, VectorFilter } from '@rt/core'
import { type CommandContext, type CommandDefinition, text } from './command.ts'
import { usage } from './parse.ts'

/** What `--filter` and all `--where` ask for together. */
export const readFilter = (
  command: Pick<CommandDefinition, 'name'>,
  flags: CommandContext['flags'],
): VectorFilter | undefined => {
  const written = text(flags['filter'])
  const words = flags['where']
  const all = [
    ...(written === undefined ? [] : [parseFilter(command, written)]),
    ...(Array.isArray(words) ? words : []).map((word) => parseWhere(command, word)),
  ]
  return all.length > 1 ? { and: all } : all[0]
}

const parseFilter = (command: Pick<CommandDefinition, 'name'>, written: string): VectorFilter => {
  const wrong = `--filter must be a JSON object such as {"lang":"en"}, not "${written}".`
  try {
    const filter = JSON.parse(written) as unknown
    if (typeof filter === 'object' && filter !== null && !Array.isArray(filter)) return filter as VectorFilter
  } catch {
    // Said below.
  }
  throw usage(command, wrong)
}

/** A value is read as JSON where it is some: a number, true, false, null, text in quotes. Else it is text. */
const parseWhere = (command: Pick<CommandDefinition, 'name'>, word: string): VectorFilter => {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(word) ?? []
  if (key === undefined || value === undefined) throw usage(command, `--where must be KEY=VALUE, not "${word}".`)
  return { [key]: { eq: jsonOr(value) } }
}

const jsonOr = (value: string): JsonValue => {
  try {
    return JSON.parse(value) as JsonValue
  } catch {
    return value
  }
}
