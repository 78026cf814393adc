import { parseArgs } from 'node:util'
import { nearestNames, RtError } from '@rt/core'
import { called } from './called.ts'
import { COMMON_FLAGS, type CommandContext, type CommandDefinition, type Flag } from './command.ts'

/** A mistake in the words typed: exit code 2. */
export class UsageError extends RtError {
  override readonly name = 'UsageError'
}

/** By name: each file of the bundle has a copy of the class. */
export const isUsageError = (error: unknown): boolean => RtError.isInstance(error) && error.name === 'UsageError'

/** Checks what was typed against a command's definition. Unknown words are refused with the nearest known one. */
export const parseCommand = (definition: CommandDefinition, argv: string[]): Omit<CommandContext, 'signal'> => {
  const options: Record<string, Flag> = { ...definition.flags, ...COMMON_FLAGS }
  const { tokens } = parseArgs({ args: argv, options, strict: false, allowPositionals: true, tokens: true })
  const args = [...argv]
  const joined = new Set<number>()
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const known = Object.hasOwn(options, token.name) ? options[token.name] : undefined
    if (!known) throw unknownFlag(definition, token.rawName, Object.keys(options))
    if (known.type === 'string' && token.value === undefined) throw usage(definition, `${token.rawName} needs a value.`)
    if (token.value?.trim() === '' && known.type === 'string' && !known.empty) throw empty(definition, token.rawName)
    if (known.type === 'boolean' && token.value !== undefined)
      throw usage(definition, `${token.rawName} takes no value.`)
    if (known.type === 'string' && token.inlineValue === false && /^-./.test(token.value)) {
      if (!NEGATIVE.test(token.value)) throw optionLike(definition, token.rawName, token.value)
      // As one word: the strict reading takes a value with a dash no other way, and whoever reads it says what it must be.
      if (argv[token.index] === token.rawName) {
        args[token.index] = `--${token.name}=${token.value}`
        joined.add(token.index + 1)
      }
    }
    if (known.values && !known.values.includes(token.value ?? '')) throw wrongValue(definition, token, known.values)
  }
  const words = args.filter((_, index) => !joined.has(index))
  const { values, positionals } = strictly(definition, () =>
    parseArgs({ args: words, options, allowPositionals: true }),
  )
  if (values['help'] !== true) checkArguments(definition, positionals)
  return { args: positionals, flags: values as CommandContext['flags'] }
}

/** A mistake in how a command was called, with where to read how it is called. */
export const usage = ({ name }: Pick<CommandDefinition, 'name'>, message: string): UsageError =>
  mistake({ name }, message, undefined)

// ---

/** A number and not an option: none begins with a digit. */
const NEGATIVE = /^-[.\d]/

const optionLike = (definition: CommandDefinition, raw: string, value: string): UsageError =>
  usage(definition, `${raw} needs a value, and "${value}" looks like an option.`)

/** What only the strict reading finds. */
const strictly = <T>(definition: CommandDefinition, parse: () => T): T => {
  try {
    return parse()
  } catch (error) {
    throw usage(definition, `${(error as Error).message.split('\n')[0]}`)
  }
}

const checkArguments = (definition: CommandDefinition, args: string[]): void => {
  const { subcommands, min = 0, max = 0, positionals = 'an argument' } = definition
  if (!subcommands) return checkCount(definition, args, { min, max, positionals })
  const names = Object.keys(subcommands)
  const [name, ...rest] = args
  if (name === undefined) {
    if (min > 0) throw usage(definition, `what to do is missing: ${list(names)}.`)
    return
  }
  const subcommand = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined
  if (!subcommand) {
    const [near] = nearestNames(name, names)
    throw mistake(
      definition,
      `rt ${definition.name} has no "${name}": there is ${list(names)}.`,
      near && `${called} ${definition.name} ${near}`,
    )
  }
  checkCount(definition, rest, {
    min: subcommand.min ?? 0,
    max: subcommand.max ?? 0,
    positionals: subcommand.positionals ?? 'an argument',
  })
}

const checkCount = (
  definition: CommandDefinition,
  args: string[],
  { min, max, positionals }: { min: number; max: number; positionals: string },
): void => {
  if (args.length < min)
    throw usage(definition, `${positionals.split(' ').slice(args.length).join(' ') || positionals} is missing.`)
  if (args.length > max) throw usage(definition, `"${args[max]}" is one argument too many.`)
}

/** Mostly a variable of the shell that is not set: nobody names a folder or a port like that. */
const empty = ({ name }: CommandDefinition, raw: string): UsageError =>
  new UsageError({
    code: 'invalid_request',
    message: `${raw} is empty.`,
    hint: `Give it a value, or leave it out. Is a variable of your shell not set? See: ${called} ${name} --help`,
  })

const unknownFlag = (definition: CommandDefinition, raw: string, known: string[]): UsageError => {
  const [near] = nearestNames(raw.replace(/^-+/, ''), known)
  return mistake(definition, `${raw} is not an option of rt ${definition.name}.`, near && `--${near}`)
}

const wrongValue = (
  definition: CommandDefinition,
  { rawName, value = '' }: { rawName: string; value?: string | undefined },
  values: readonly string[],
): UsageError => {
  const [near] = nearestNames(value, values)
  return mistake(definition, `${rawName} must be ${list(values)}, not "${value}".`, near && `${rawName} ${near}`)
}

const mistake = ({ name }: Pick<CommandDefinition, 'name'>, message: string, meant: string | undefined): UsageError =>
  new UsageError({
    code: 'invalid_request',
    message,
    hint: `${meant ? `Did you mean ${meant}? ` : ''}See: ${called} ${name} --help`,
  })

/** a, b or c. */
const list = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
