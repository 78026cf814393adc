import { type CommandShape, quoted, spellings, valueCases } from './shape.ts'

/** The script for zsh: to be sourced, or a file named `_rt` in a folder of `fpath`. */
export const zshCompletion = (commands: CommandShape[]): string =>
  String.raw`#compdef rt
# Completion of rt for zsh. Put into ~/.zshrc, after compinit:  source <(rt completion zsh)
_rt() {
  local command=$words[2] previous=$words[CURRENT-1] current=$words[CURRENT] completes=''
  local -a commands subcommands flags
  commands=(
${described(commands)}
    'help:options and examples of a command'
  )
  if (( CURRENT == 2 )); then
    _describe -t commands 'rt command' commands
    return
  fi
  case $command in
${commands.map(commandCase).join('\n')}
    help) _describe -t commands 'rt command' commands; return ;;
  esac
  case "$command $previous" in
${commands.flatMap((command) => valueCases(command, { indent: ' '.repeat(4), offer: offered })).join('\n')}
    *)
      if [[ $current == -* ]]; then
        _describe -o 'option' flags
        return
      fi
      if (( $#subcommands && CURRENT == 3 )); then
        _describe 'subcommand' subcommands
        return
      fi
      ;;
  esac
  case $completes in
    installed|installable) compadd -- ${'$'}{(f)"$($words[1] completion --names $completes 2>/dev/null)"} ;;
    file) _files ;;
    folder) _files -/ ;;
  esac
}
if [[ $funcstack[1] == _rt ]]; then
  _rt "$@"
else
  compdef _rt rt
fi
`

const commandCase = ({ name, subcommands, flags, completes }: CommandShape): string => {
  const options = flags.flatMap((flag) =>
    spellings(flag).map((spelling) => ({ name: spelling, summary: flag.summary })),
  )
  return [
    `    ${name})`,
    `      flags=(\n${described(options)}\n      )`,
    ...(subcommands.length ? [`      subcommands=(\n${described(subcommands)}\n      )`] : []),
    ...(completes ? [`      completes=${completes}`] : []),
    '      ;;',
  ].join('\n')
}

const offered = (values: readonly string[]): string => `compadd -- ${values.map(quoted).join(' ')}; return`

/** `name:what it is`, as _describe reads it. */
const described = (items: { name: string; summary: string }[]): string =>
  items.map(({ name, summary }) => `    ${quoted(`${name.replaceAll(':', String.raw`\:`)}:${summary}`)}`).join('\n')
