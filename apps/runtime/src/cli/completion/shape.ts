import type { CommandDefinition, Completes } from '../command.ts'
import { visibleFlags } from '../help.ts'

/** A command as a shell needs to know it. */
export interface CommandShape {
  name: string
  summary: string
  subcommands: { name: string; summary: string }[]
  flags: FlagShape[]
  /** What its arguments are. */
  completes?: Completes
}

export interface FlagShape {
  /** Without the hyphens. */
  name: string
  short?: string
  summary: string
  takesValue: boolean
  values: readonly string[]
  completes?: Completes
}

export const shapeOf = ({ name, summary, subcommands, flags, completes }: CommandDefinition): CommandShape => ({
  name,
  summary,
  subcommands: Object.entries(subcommands ?? {}).map(([word, one]) => ({ name: word, summary: one.summary })),
  flags: visibleFlags(flags).map(([flag, one]) => ({
    name: flag,
    ...(one.short && { short: one.short }),
    summary: one.description,
    takesValue: one.type === 'string',
    values: one.values ?? [],
    ...(one.completes && { completes: one.completes }),
  })),
  ...(completes && { completes }),
})

/** As the shell reads it: `--port` and `-p`. */
export const spellings = ({ name, short }: FlagShape): string[] => [`--${name}`, ...(short ? [`-${short}`] : [])]

/** Cases of bash and zsh for what may stand after a flag: `'key --scope' | 'key -s') … ;;`. */
export const valueCases = (
  { name, flags }: CommandShape,
  { indent, offer }: { indent: string; offer(values: readonly string[]): string },
): string[] =>
  flags
    .filter(({ takesValue }) => takesValue)
    .map((flag) => {
      const after = spellings(flag).map((spelling) => quoted(`${name} ${spelling}`))
      const then = flag.values.length ? offer(flag.values) : `completes='${flag.completes ?? ''}'`
      return `${indent}${after.join(' | ')}) ${then} ;;`
    })

/** A text in single quotes, for bash and zsh. */
export const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
