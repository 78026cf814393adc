import { parseArgs } from 'node:util'
import { nearestNames, RtError } from '@rt/core'
import { called } from './called.ts'
import { COMMON_FLAGS, type CommandContext, type CommandDefinition, type Flag } from './command.ts'

/** A mistake in the words typed: exit code 2. */
export class UsageError extends RtError {
  override readonly name = 'UsageError'
}

/** Checks what was typed against a command's definition. Unknown flags are refused with the nearest known one. */
export const parseCommand = (definition: CommandDefinition, argv: string[]): Omit<CommandContext, 'signal'> => {
  const options: Record<string, Flag> = { ...definition.flags, ...COMMON_FLAGS }
  const { tokens } = parseArgs({ args: argv, options, strict: false, allowPositionals: true, tokens: true })
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const known = Object.hasOwn(options, token.name) ? options[token.name] : undefined
    if (!known) throw unknownFlag(definition, token.rawName, Object.keys(options))
    if (known.type === 'string' && token.value === undefined) throw usage(definition, `${token.rawName} needs a value.`)
    if (known.type === 'boolean' && token.value !== undefined)
      throw usage(definition, `${token.rawName} takes no value.`)
  }
  const { values, positionals } = strictly(definition, () => parseArgs({ args: argv, options, allowPositionals: true }))
  const { min = 0, max = 0 } = definition
  const helping = values['help'] === true
  if (!helping && positionals.length < min) throw usage(definition, `${definition.positionals} is missing.`)
  if (positionals.length > max) throw usage(definition, `"${positionals[max]}" is one argument too many.`)
  return { args: positionals, flags: values as CommandContext['flags'] }
}

/** What only the strict reading finds, such as `--port -1`. */
const strictly = <T>(definition: CommandDefinition, parse: () => T): T => {
  try {
    return parse()
  } catch (error) {
    throw usage(definition, `${(error as Error).message.split('\n')[0]}`)
  }
}

export const usage = ({ name }: Pick<CommandDefinition, 'name'>, message: string): UsageError =>
  new UsageError({ code: 'invalid_request', message, hint: `See: ${called} ${name} --help` })

const unknownFlag = (definition: CommandDefinition, raw: string, known: string[]): UsageError => {
  const [near] = nearestNames(raw.replace(/^-+/, ''), known)
  return new UsageError({
    code: 'invalid_request',
    message: `${raw} is not an option of rt ${definition.name}.`,
    hint: `${near ? `Did you mean --${near}? ` : ''}See: ${called} ${definition.name} --help`,
  })
}
