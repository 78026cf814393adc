import type { ParseArgsOptionDescriptor } from 'node:util'

export interface Flag extends ParseArgsOptionDescriptor {
  description: string
  /** Name of the value in the help, e.g. `N`. */
  value?: string
}

/** What a command is: help, checks and (later) completion and docs pages all read it. */
export interface CommandDefinition {
  name: string
  summary: string
  /** Positional arguments as the usage line shows them, e.g. `PATH…` or `[PROMPT]`. */
  positionals?: string
  /** Fewest positionals, and most. Default 0 and 0. */
  min?: number
  max?: number
  flags: Record<string, Flag>
  examples: string[]
  /** The exit code; nothing = 0. */
  run(context: CommandContext): Promise<number | void>
}

export interface CommandContext {
  args: string[]
  flags: Record<string, string | boolean | undefined>
  /** Fires at Ctrl-C and SIGTERM. */
  signal: AbortSignal
}

/** Flags every command takes. */
export const COMMON_FLAGS: Record<string, Flag> = {
  help: { type: 'boolean', short: 'h', description: 'Show this help' },
  debug: { type: 'boolean', description: 'Show causes and stacks of errors' },
}

export const DATA_FLAG: Record<string, Flag> = {
  data: {
    type: 'string',
    value: 'FOLDER',
    description: 'Data folder (default: RT_DATA, else .rt of this project, else your own data folder)',
  },
}

export const MODEL_FLAG: Record<string, Flag> = {
  model: { type: 'string', short: 'm', value: 'NAME', description: 'Chat model (default smollm2:135m)' },
}

export const PORT_FLAG: Record<string, Flag> = {
  port: {
    type: 'string',
    short: 'p',
    value: 'N',
    description: 'Port (default 4141 or RT_PORT, else the next free one; 0 = any free one)',
  },
}

export const JSON_FLAG: Record<string, Flag> = {
  json: { type: 'boolean', description: 'Print JSON' },
}

/** A flag's value as text. */
export const text = (value: string | boolean | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined
