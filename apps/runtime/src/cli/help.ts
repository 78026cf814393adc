import { version } from '../version.ts'
import { called } from './called.ts'
import { COMMON_FLAGS, type CommandDefinition, type Flag, type Subcommand } from './command.ts'
import { COMMANDS } from './commands.ts'
import { GROUPS } from './groups.ts'
import { wrapText } from './output/wrap-text.ts'

/** Widest line, where the terminal does not say or is wider than anybody reads. */
const WIDEST = 100

/** Every command under its heading. Loads the definitions only: nothing is opened. */
export const mainHelp = async (width: number = terminalWidth()): Promise<string> => {
  const commands = await Promise.all(Object.values(COMMANDS).map(async (load) => (await load()).command))
  const widest = Math.max(...commands.map(({ name }) => name.length))
  const sections = Object.entries(GROUPS).map(([heading, names]) => {
    const listed = names.flatMap((name) => commands.find((command) => command.name === name) ?? [])
    return { heading, rows: listed.map(({ name, summary }): Row => [name, summary]) }
  })
  return [
    `rt ${version}: one runtime for AI programs`,
    '',
    'Usage  rt COMMAND [ARGUMENTS]',
    ...sections.flatMap(({ heading, rows }) => (rows.length ? ['', heading, ...table(rows, width, widest)] : [])),
    '',
    ...table(
      [
        [`${called} help COMMAND`, 'options and examples of a command'],
        [`${called} --version`, 'the version'],
      ],
      width,
    ),
    '',
    `First time?  ${called} demo`,
    '',
  ].join('\n')
}

export const commandHelp = (definition: CommandDefinition, width: number = terminalWidth()): string => {
  const { summary, subcommands, flags, examples } = definition
  const rows = visibleFlags(flags).map(([flag, one]): Row => [title(flag, one), describeFlag(one)])
  const forms = Object.entries(subcommands ?? {}).map(([word, one]): Row => [form(word, one), one.summary])
  return [
    ...wrapText(`${summary}.`, width),
    '',
    `Usage  rt ${usageLine(definition)}`,
    ...(forms.length ? ['', ...table(forms, width)] : []),
    '',
    'Options',
    ...table(rows, width),
    '',
    'Examples',
    ...examples.map((example) => `  ${example}`),
    '',
  ].join('\n')
}

/** `key create | list | rm [OPTIONS]`: how a command is called, without `rt`. */
export const usageLine = ({ name, positionals, subcommands, min = 0 }: CommandDefinition): string => {
  const words = Object.keys(subcommands ?? {}).join(' | ')
  const after = words ? (min > 0 ? words : `[${words}]`) : positionals
  return [name, after, '[OPTIONS]'].filter(Boolean).join(' ')
}

/** Those of a command with the common ones, without what is hidden. */
export const visibleFlags = (flags: CommandDefinition['flags']): [name: string, flag: Flag][] =>
  Object.entries({ ...flags, ...COMMON_FLAGS }).filter(([, { hidden }]) => !hidden)

/** What a flag is for, with the values it takes where they are not named anyway. */
export const describeFlag = ({ description, values }: Flag): string =>
  values && !values.every((value) => description.includes(value)) ? `${description}: ${values.join(', ')}` : description

// ---

type Row = [left: string, right: string]

const terminalWidth = (): number => Math.min(WIDEST, Math.max(40, process.stdout.columns || WIDEST))

/** Two columns; the right one is wrapped, and stands below the left one where there is no room beside it. */
const table = (rows: Row[], width: number, atLeast = 0): string[] => {
  const left = Math.max(atLeast, ...rows.map(([text]) => text.length))
  const indent = 2 + left + 2
  if (width - indent < 24)
    return rows.flatMap(([text, right]) => [`  ${text}`, ...wrapText(right, width - 6).map((line) => `      ${line}`)])
  return rows.flatMap(([text, right]) =>
    wrapText(right, width - indent).map((line, index) => `  ${(index ? '' : text).padEnd(left)}  ${line}`),
  )
}

const title = (name: string, { short, value }: Flag): string =>
  `${short ? `-${short}, ` : '    '}--${name}${value ? ` ${value}` : ''}`

const form = (word: string, { positionals }: Subcommand): string => (positionals ? `${word} ${positionals}` : word)
