import type { ParseArgsOptionDescriptor } from 'node:util'

/** What a shell offers for a word: names of models here, names that can be pulled, paths. */
export type Completes = 'installed' | 'installable' | 'file' | 'folder'

export interface Flag extends ParseArgsOptionDescriptor {
  description: string
  /** Name of the value in the help, e.g. `N`. */
  value?: string
  /** The only values there are: others are refused with the nearest one. */
  values?: readonly string[]
  completes?: Completes
  /** An empty value means something; otherwise it is refused. */
  empty?: boolean
  /** Of no use to a person: left out of help, pages and completion. */
  hidden?: boolean
}

/** What comes after the command: `rt key create NAME`. */
export interface Subcommand {
  summary: string
  /** Its own arguments, as the usage line shows them. */
  positionals?: string
  /** Fewest arguments after its name, and most. Default 0 and 0. */
  min?: number
  max?: number
}

/** What a command is: help, checks, completion and docs pages all read it. */
export interface CommandDefinition {
  name: string
  summary: string
  /** Positional arguments as the usage line shows them, e.g. `PATH…` or `[PROMPT]`. Not with `subcommands`. */
  positionals?: string
  /** Fewest positionals, and most. Default 0 and 0. With `subcommands`: `min` 1 = one must be named; `max` says nothing. */
  min?: number
  max?: number
  /** The first argument is one of these: any other is refused with the nearest one, and its arguments are counted. */
  subcommands?: Record<string, Subcommand>
  /** Of positional arguments. */
  completes?: Completes
  flags: Record<string, Flag>
  examples: string[]
  /** The exit code; nothing = 0. */
  run(context: CommandContext): Promise<number | void>
}

export interface CommandContext {
  args: string[]
  /** A list for flags with `multiple`. */
  flags: Record<string, string | boolean | string[] | undefined>
  /** Fires at Ctrl-C and SIGTERM. */
  signal: AbortSignal
}

/** Flags every command takes. */
export const COMMON_FLAGS: Record<string, Flag> = {
  help: { type: 'boolean', short: 'h', description: 'Show this help' },
  debug: { type: 'boolean', description: 'Show causes and stacks of errors' },
}

const CONFIG_FLAG: Flag = {
  type: 'string',
  value: 'FILE',
  description: 'Settings (default: RT_CONFIG, else the nearest config.toml with rt = 1)',
}

/** Of every command that uses a data folder: the project of the settings says where it lies. */
export const DATA_FLAGS: Record<string, Flag> = {
  data: {
    type: 'string',
    value: 'FOLDER',
    completes: 'folder',
    description: 'Data folder (default: RT_DATA, else .rt of this project, else your own data folder)',
  },
  config: CONFIG_FLAG,
}

export const MODEL_FLAG: Record<string, Flag> = {
  model: {
    type: 'string',
    short: 'm',
    value: 'NAME',
    completes: 'installed',
    description: 'Chat model (default smollm2:135m)',
  },
}

export const PORT_FLAG: Record<string, Flag> = {
  port: {
    type: 'string',
    short: 'p',
    value: 'N',
    description: 'Port (default 4141 or RT_PORT, else the next free one; 0 = any free one)',
  },
}

export const CONFIG_FLAGS: Record<string, Flag> = {
  config: CONFIG_FLAG,
  trust: {
    type: 'boolean',
    description: 'Accept what a config.toml would open, fetch, run or send, without asking',
  },
}

export const HOST_FLAG: Record<string, Flag> = {
  host: {
    type: 'string',
    value: 'ADDRESS',
    description: 'Address to listen on (default 127.0.0.1; any other needs a key: rt key create)',
  },
}

export const JSON_FLAG: Record<string, Flag> = {
  json: { type: 'boolean', description: 'Print JSON' },
}

/** A flag's value as text. */
export const text = (value: CommandContext['flags'][string]): string | undefined =>
  typeof value === 'string' ? value : undefined
