import { type CommandShape, quoted, spellings, valueCases } from './shape.ts'

/**
 * The script for bash, 3.2 (of macOS) and later. It reads the words of the line itself: bash cuts them at `:` and `=`, which
 * names of models and `--flag=value` contain. Candidates are compared as plain text, not expanded as `compgen -W` would.
 */
export const bashCompletion = (commands: CommandShape[]): string =>
  String.raw`# Completion of rt for bash. Put into ~/.bashrc:  source <(rt completion bash)
_rt() {
  local line=${'$'}{COMP_LINE:0:COMP_POINT} words word typed current previous kept='' cut='' candidate
  local command='' candidates='' subcommands='' flags='' valued='' completes='' count=0 index
  COMPREPLY=()
  read -r -a words <<<"$line"
  case $line in *[[:blank:]]) words+=('') ;; esac
  local last=$((${'$'}{#words[@]} - 1))
  [ "$last" -ge 1 ] || return 0
  typed=${'$'}{words[last]} current=${'$'}{words[last]} previous=${'$'}{words[last - 1]}
  case $typed in --*=*) previous=${'$'}{typed%%=*} current=${'$'}{typed#*=} kept=$previous= ;; esac
  if [ "$last" -eq 1 ]; then
    candidates=${words([...commands.map(({ name }) => name), 'help', '--help', '--version'])}
  else
    command=${'$'}{words[1]}
    case $command in
${commands.map(commandCase).join('\n')}
      help) [ "$last" -eq 2 ] && candidates=${words(commands.map(({ name }) => name))} ;;
    esac
    for ((index = 2; index < last; index++)); do
      word=${'$'}{words[index]}
      case $word in
        -*) case $valued in *" $word "*) index=$((index + 1)) ;; esac ;;
        *) count=$((count + 1)) ;;
      esac
    done
    case "$command $previous" in
${commands.flatMap((command) => valueCases(command, { indent: ' '.repeat(6), offer: offered })).join('\n')}
      *)
        case $current in
          -*) candidates=$flags ;;
          *) [ -n "$subcommands" ] && [ "$count" -eq 0 ] && candidates=$subcommands completes='' ;;
        esac
        ;;
    esac
  fi
  case $completes in
    installed | installable) candidates=$("${'$'}{words[0]}" completion --names "$completes" 2>/dev/null) ;;
    file) compopt -o filenames 2>/dev/null; candidates=$(compgen -f -- "$current") ;;
    folder) compopt -o filenames 2>/dev/null; candidates=$(compgen -d -- "$current") ;;
  esac
  # What bash takes for words of their own, and therefore does not replace.
  for ((index = 0; index < ${'$'}{#typed}; index++)); do
    word=${'$'}{typed:index:1}
    case $word in [:=]) case $COMP_WORDBREAKS in *"$word"*) cut=${'$'}{typed:0:index+1} ;; esac ;; esac
  done
  while IFS= read -r candidate; do
    case $candidate in
      '') ;;
      "$current"*)
        candidate=$kept$candidate
        COMPREPLY+=("${'$'}{candidate#"$cut"}")
        ;;
    esac
  done <<<"$candidates"
}
complete -F _rt rt
`

const commandCase = ({ name, subcommands, flags, completes }: CommandShape): string => {
  const valued = flags.filter(({ takesValue }) => takesValue).flatMap(spellings)
  return [
    `      ${name})`,
    `        flags=${words(flags.flatMap(spellings))}`,
    ...(valued.length ? [`        valued=${quoted(` ${valued.join(' ')} `)}`] : []),
    ...(subcommands.length ? [`        subcommands=${words(subcommands.map((one) => one.name))}`] : []),
    ...(completes ? [`        completes=${completes}`] : []),
    '        ;;',
  ].join('\n')
}

const offered = (values: readonly string[]): string => `candidates=${words(values)} completes=''`

/** One a line. */
const words = (list: readonly string[]): string => quoted(list.join('\n'))
