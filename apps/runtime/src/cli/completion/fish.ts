import type { CommandShape, FlagShape } from './shape.ts'

/** The script for fish. */
export const fishCompletion = (commands: CommandShape[]): string =>
  [
    '# Completion of rt for fish. Write it to ~/.config/fish/completions/rt.fish:  rt completion fish > that file',
    'function __rt_at',
    '    # Whether these are the first words after rt.',
    '    set -l words (commandline -opc)',
    '    for index in (seq (count $argv))',
    '        set -l next (math $index + 1)',
    '        test "$words[$next]" = "$argv[$index]"; or return 1',
    '    end',
    'end',
    'function __rt_words',
    '    # Whether so many words stand before the one that is typed, rt among them.',
    '    test (count (commandline -opc)) -eq $argv[1]',
    'end',
    'complete -c rt -f',
    ...commands.map(({ name, summary }) => `complete -c rt -n '__rt_words 1' -a ${name} -d ${quoted(summary)}`),
    ...commands.map(({ name }) => `complete -c rt -n '__rt_words 2; and __rt_at help' -a ${name}`),
    ...commands.flatMap(commandLines),
    '',
  ].join('\n')

const commandLines = ({ name, subcommands, flags, completes }: CommandShape): string[] => [
  ...subcommands.map(
    (one) => `complete -c rt -n '__rt_words 2; and __rt_at ${name}' -a ${one.name} -d ${quoted(one.summary)}`,
  ),
  ...flags.map((flag) => flagLine(name, flag)),
  ...(completes ? [`complete -c rt -n '__rt_at ${name}' ${offered(completes)}`] : []),
]

const flagLine = (command: string, { name, short, summary, takesValue, values, completes }: FlagShape): string =>
  [
    `complete -c rt -n '__rt_at ${command}' -l ${name}`,
    ...(short ? [`-s ${short}`] : []),
    ...(takesValue ? [completes === 'file' ? '-r' : '-x'] : []),
    ...(values.length ? [`-a ${quoted(values.join(' '))}`] : completes ? [offered(completes)] : []),
    `-d ${quoted(summary)}`,
  ].join(' ')

const offered = (completes: NonNullable<FlagShape['completes']>): string => {
  if (completes === 'file') return '-F'
  if (completes === 'folder') return `-a '(__fish_complete_directories)'`
  return `-a '(rt completion --names ${completes} 2>/dev/null)'`
}

/** In single quotes fish knows two escapes. */
const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`
