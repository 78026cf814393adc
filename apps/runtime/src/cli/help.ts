import { version } from '../version.ts'
import { COMMON_FLAGS, type CommandDefinition, type Flag } from './command.ts'
import { COMMANDS } from './commands.ts'

export const mainHelp = async (): Promise<string> => {
  const commands = await Promise.all(Object.values(COMMANDS).map(async (load) => (await load()).command))
  return [
    `rt ${version}: one runtime for AI programs`,
    '',
    'Usage  rt COMMAND [ARGUMENTS]',
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(8)} ${summary}`),
    '',
    '  rt COMMAND --help    options and examples',
    '  rt --version',
    '',
    'First time?  rt demo',
    '',
  ].join('\n')
}

export const commandHelp = ({ name, summary, positionals, flags, examples }: CommandDefinition): string => {
  const rows = Object.entries({ ...flags, ...COMMON_FLAGS }).map(([flag, definition]) => [
    title(flag, definition),
    definition.description,
  ])
  const width = Math.max(...rows.map(([left]) => left!.length))
  return [
    `${summary}.`,
    '',
    `Usage  rt ${name}${positionals ? ` ${positionals}` : ''} [OPTIONS]`,
    '',
    ...rows.map(([left, right]) => `  ${left!.padEnd(width)}  ${right}`),
    '',
    'Examples',
    ...examples.map((example) => `  ${example}`),
    '',
  ].join('\n')
}

const title = (name: string, { short, value }: Flag): string =>
  `${short ? `-${short}, ` : '    '}--${name}${value ? ` ${value}` : ''}`
